"""`lakeside ingest`: fetch months into the lake, and publish them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.arguments import JsonOption, read_dataset, read_months
from cli.months import run_months
from cli.output import Output
from lakeside.sources.probe import SourceName

ZONES = "zones"


def ingest(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="yellow, green, fhv, fhvhv, or zones (takes no month).")
    ],
    months: Annotated[
        list[str] | None,
        typer.Argument(metavar="[YYYY-MM]...", help="Months and ranges: 2020-10 2021-01..2021-06."),
    ] = None,
    source: Annotated[
        SourceName, typer.Option(help="Where to fetch; auto takes the default that has the month.")
    ] = SourceName.AUTO,
    force: Annotated[
        bool, typer.Option("--force", help="Also what is unchanged, or was fed by another source.")
    ] = False,
    no_load: Annotated[bool, typer.Option("--no-load", help="Leave the warehouse as it is.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Fetch months, conform them, write them to the lake, and publish them to the warehouse."""
    if dataset.strip().casefold() == ZONES:
        from cli.zones import ingest_zones

        return ingest_zones(months or [], Output(as_json), not no_load, force)
    name, chosen = read_dataset(dataset).name, read_months(months or [])
    from flows.opened import open_services
    from lakeside.pipeline import MonthRequest, asking_once, run_month
    from lakeside.settings import load_settings

    requests = [MonthRequest(name, month, source, load=not no_load, force=force) for month in chosen]
    services = open_services(load_settings())
    work = run_month if no_load else asking_once(run_month, services)
    return run_months(work, requests, services, Output(as_json))
