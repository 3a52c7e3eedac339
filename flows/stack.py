"""The running stack as other processes find it: `LAKESIDE_HOME/stack.json`. Imports no Prefect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from lakeside.settings import Settings


@dataclass(frozen=True, slots=True)
class Stack:
    """Addresses and process ids of a stack that `lakeside up` runs.

    `pids` maps server, worker, console and supervisor to process ids; `born` holds when each began, in
    the kernel's ticks, so that a number that was given to another process later is not taken for ours.
    """

    console_url: str
    prefect_api_url: str
    started_at: datetime
    pids: Mapping[str, int] = field(default_factory=dict)
    born: Mapping[str, int] = field(default_factory=dict)


def stack_path(settings: Settings) -> Path:
    """Where the stack's file is."""
    return settings.home_folder / "stack.json"


def read_stack(settings: Settings) -> Stack | None:
    """The stack that runs, or ran and was killed; None when there is no readable file."""
    try:
        values = json.loads(stack_path(settings).read_text())
        return Stack(**{**values, "started_at": datetime.fromisoformat(values["started_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_stack(settings: Settings, stack: Stack) -> None:
    """Write the file whole (temporary name and rename)."""
    path = stack_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({**asdict(stack), "started_at": stack.started_at.isoformat()}, indent=2))
    temporary.replace(path)


def remove_stack(settings: Settings) -> None:
    """Remove the file; nothing happens when there is none."""
    stack_path(settings).unlink(missing_ok=True)


def find_api_url(settings: Settings) -> str:
    """Where Prefect's API is: the setting, else the running stack's, else this machine's port."""
    if settings.prefect.api_url:
        return settings.prefect.api_url.rstrip("/")
    stack = read_stack(settings)
    return stack.prefect_api_url if stack else f"http://127.0.0.1:{settings.prefect.port}/api"
