"""`lakeside start`: one part of the stack in the foreground, as a container runs it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Part(StrEnum):
    """What can be started by itself."""

    SERVER = "server"
    WORKER = "worker"
    CONSOLE = "console"


def start(
    part: Annotated[Part, typer.Argument(help="Prefect's server, a worker, or the console.")],
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 in a container whose port is published.")
    ] = "127.0.0.1",
) -> None:
    """Start one part of the stack and become it; it logs to this terminal and ends with it.

    The worker and the console find Prefect at LAKESIDE_PREFECT__API_URL. The worker waits for it, and
    registers work pool, deployments and automation before it begins. A console that others can reach is
    read-only; see docs/settings.md.
    """
    from cli.start import become
    from lakeside.settings import load_settings

    become(part.value, load_settings(), host)
