"""`lakeside up`: start the console and what it needs on this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def up(
    port: Annotated[
        int | None,
        typer.Option(help="Port of the console; 8501 unless the settings say otherwise.", min=1, max=65535),
    ] = None,
) -> int:
    """Start Prefect's server, a worker and the console on 127.0.0.1, and stop them together."""
    from cli.up import run_up
    from lakeside.settings import load_settings

    settings = load_settings()
    if port is not None:
        console = settings.console.model_copy(update={"port": port})
        settings = settings.model_copy(update={"console": console})
    return run_up(settings)
