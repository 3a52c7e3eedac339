"""What people type, turned into what the domain takes. Anything else is misuse and ends with exit code 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lakeside.errors import LakesideError

if TYPE_CHECKING:
    from lakeside.datasets import Dataset
    from lakeside.month import Month

DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="yellow, green, fhv or fhvhv.", show_default=False)
]
MonthsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="YYYY-MM...", help="Months and ranges: 2020-10 2021-01..2021-06.", show_default=False
    ),
]
ObjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="OBJECT",
        help="Name in the lake, for example data/green/green_tripdata_2020-10.parquet; or path or URL.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


class Misuse(Exception):
    """The command was called with something it cannot take.

    Args:
        error: what is wrong with it, for people.
    """

    def __init__(self, error: LakesideError) -> None:
        super().__init__(str(error))
        self.error = error


def read_dataset(name: str) -> Dataset:
    """The dataset of that name; Misuse when there is none."""
    from lakeside.datasets import get_dataset

    try:
        return get_dataset(name)
    except LakesideError as error:
        raise Misuse(error) from error


def read_months(texts: Sequence[str]) -> list[Month]:
    """The months and ranges, in order; Misuse when a text is neither."""
    from lakeside.errors import SettingsError
    from lakeside.month import parse_months

    try:
        months = parse_months(texts)
    except LakesideError as error:
        raise Misuse(error) from error
    if not months:
        raise Misuse(SettingsError("No month was given.", "Write months as YYYY-MM, for example 2020-10."))
    return months


def read_key(lake_url: str, text: str) -> str:
    """The key of an object that is named by key, or by its path or URL as messages show it."""
    return text.removeprefix(f"{lake_url.rstrip('/')}/")
