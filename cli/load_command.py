"""`lakeside load`: lake -> warehouse alone."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.arguments import DatasetArgument, JsonOption, MonthsArgument, read_dataset, read_months
from cli.months import run_months
from cli.output import Output


def load(
    dataset: DatasetArgument,
    months: MonthsArgument,
    force: Annotated[bool, typer.Option("--force", help="Also what is unchanged.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Publish months that are in the lake to the warehouse; nothing is fetched."""
    name, chosen = read_dataset(dataset).name, read_months(months)
    from flows.opened import open_services
    from lakeside.pipeline import MonthRequest, asking_once, load_month
    from lakeside.settings import load_settings

    requests = [MonthRequest(name, month, force=force) for month in chosen]
    services = open_services(load_settings())
    return run_months(asking_once(load_month, services), requests, services, Output(as_json))
