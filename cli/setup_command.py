"""`lakeside setup gcp`: a Google login, a bucket and a dataset, looked at and stored as Prefect blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import JsonOption

setup = typer.Typer(name="setup", help="Set up what Lakeside works with.", no_args_is_help=True)


@setup.callback()
def _setup() -> None:
    """Set up what Lakeside works with."""


@setup.command("gcp")
def gcp(
    project: Annotated[str, typer.Option(help="Google Cloud project.")],
    bucket: Annotated[str, typer.Option(help="Bucket of the lake, without gs://.")],
    dataset: Annotated[str, typer.Option(help="BigQuery dataset of the tables.")] = "trips",
    location: Annotated[str, typer.Option(help="Location of the dataset; the bucket's has to match.")] = "US",
    key_file: Annotated[
        Path | None,
        typer.Option(help="A service account's key; without, Application Default Credentials."),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the blocks.")] = "lakeside",
    as_json: JsonOption = False,
) -> int:
    """Ask Google for bucket and dataset with this login, then store the login as Prefect blocks.

    Blocks are stored only when every answer was good. Prefect keeps the key encrypted; it is never shown.
    """
    from cli.output import Output
    from cli.setup_gcp import describe, set_up_gcp
    from lakeside.settings import load_settings

    wanted = {"project": project, "bucket": bucket, "dataset": dataset, "location": location, "name": name}
    outcome = set_up_gcp(load_settings(), wanted, key_file)
    Output(as_json).show(outcome, lambda: describe(outcome))
    return 0 if outcome["ok"] else 1
