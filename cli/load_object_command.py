"""`lakeside load-object`: a lake object as a table of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output


def load_object(
    key: ObjectArgument,
    table: Annotated[str, typer.Option(help="Name of the table; not one of Lakeside's own.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also in place of a table that came from elsewhere.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Publish a parquet object of the lake as it is, as a table of its own in the warehouse."""
    from flows.opened import open_services
    from lakeside.foreign_tables import publish_object
    from lakeside.settings import load_settings

    services = open_services(load_settings())
    outcome = publish_object(services, read_key(services.lake.url, key), table, replace)
    place = services.warehouse.location
    Output(as_json).show(
        asdict(outcome) | {"warehouse": place},
        lambda: (
            f"{outcome.table} in {place}: {outcome.rows:,} rows and {outcome.columns:,} columns "
            f"from {outcome.key}."
        ),
    )
    return 0
