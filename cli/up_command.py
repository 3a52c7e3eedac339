"""`lakeside up`: start the console and what it needs on this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def up(
    port: Annotated[
        int | None,
        typer.Option(help="Port of the console; 8501 unless the settings say otherwise.", min=1, max=65535),
    ] = None,
    prefect_port: Annotated[
        int | None,
        typer.Option(help="Port of Prefect's server; 4200 unless the settings say so.", min=1, max=65535),
    ] = None,
) -> int:
    """Start Prefect's server, a worker and the console on 127.0.0.1, and stop them together."""
    from cli.up import choose_ports, run_up
    from lakeside.settings import load_settings

    return run_up(choose_ports(load_settings(), port, prefect_port))
