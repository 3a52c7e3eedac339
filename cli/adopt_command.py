"""`lakeside adopt`: a lake object that somebody else wrote becomes a month of ours."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import JsonOption, Misuse, ObjectArgument, read_dataset, read_key, read_months
from cli.months import run_months
from cli.output import Output

if TYPE_CHECKING:
    from lakeside.datasets import Dataset
    from lakeside.month import Month


def adopt(
    key: ObjectArgument,
    dataset: Annotated[
        str | None, typer.Option(help="yellow, green, fhv or fhvhv; without it what the object's name says.")
    ] = None,
    month: Annotated[
        str | None, typer.Option(help="YYYY-MM; without it what the object's name says.")
    ] = None,
    no_load: Annotated[bool, typer.Option("--no-load", help="Leave the warehouse as it is.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where the month came from elsewhere.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask when the object itself is replaced.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Conform a lake object (parquet or CSV) to a month, as if a source had sent it, and publish it."""
    from flows.opened import open_services
    from lakeside.lake.layout import data_key
    from lakeside.pipeline import MonthRequest, run_month
    from lakeside.settings import load_settings
    from lakeside.sources.probe import SourceName

    services = open_services(load_settings())
    found = read_key(services.lake.url, key)
    chosen, wanted = _read_place(found, dataset, month)
    if found == data_key(chosen.name, wanted) and not yes:
        _ask(services.lake.url_of(found), as_json)
    request = MonthRequest(
        chosen.name, wanted, SourceName.LAKE, load=not no_load, force=force, lake_object=found
    )
    return run_months(run_month, [request], services, Output(as_json))


def _read_place(key: str, dataset: str | None, month: str | None) -> tuple[Dataset, Month]:
    """What was asked for, else what the name says; Misuse where neither does."""
    from lakeside.errors import SettingsError
    from lakeside.lake.schema_groups import find_place

    said_dataset, said_month = find_place(key)
    if dataset is None and said_dataset is None:
        raise Misuse(SettingsError(f"{key} does not say its dataset.", "Add --dataset."))
    if month is None and said_month is None:
        raise Misuse(SettingsError(f"{key} does not say its month.", "Add --month YYYY-MM."))
    months = read_months([month or str(said_month)])
    if len(months) > 1:
        raise Misuse(SettingsError("An object is one month.", "Write it as YYYY-MM."))
    return read_dataset(dataset or str(said_dataset)), months[0]


def _ask(url: str, as_json: bool) -> None:
    from lakeside.errors import SettingsError

    if as_json or not sys.stdin.isatty():
        raise Misuse(
            SettingsError(
                f"{url} lies where the month belongs: it would be replaced by what it is conformed to.",
                "Add --yes.",
            )
        )
    typer.confirm(f"Replace {url} by what it is conformed to?", abort=True, err=True)
