"""One part of the stack as the process it is: what it waits for, and what it becomes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import NoReturn

from cli.supervisor_children import Recipe, answers_ok
from cli.supervisor_plan import api_url, make_console, make_environment, make_server, make_worker
from flows.clock import require_same_time
from lakeside.errors import BackendUnavailable
from lakeside.settings import PROJECT_ROOT, Settings

WAIT_SECONDS = 300.0  # a server on an empty database takes a minute on a busy machine
REGISTER_TRIES = 3


def become(part: str, settings: Settings, host: str) -> NoReturn:
    """Replace this process by Prefect's server, a worker or the console.

    Raises:
        BackendUnavailable: the worker's Prefect API did not answer in time, or refused what is registered.
        SettingsError: the clocks of this machine and of the server differ.
    """
    settings.home_folder.mkdir(parents=True, exist_ok=True)
    if part == "server":
        _execute(make_server(settings, host))
    if part == "console":
        _execute(make_console(settings, host))
    wait_for_api(settings)
    require_same_time(api_url(settings))
    register(settings)
    recipe = make_worker(settings)
    _execute(recipe, "--with-healthcheck")


def wait_for_api(settings: Settings, seconds: float = WAIT_SECONDS) -> None:
    """Until Prefect's API is healthy; BackendUnavailable after that many seconds."""
    url, deadline = api_url(settings), time.monotonic() + seconds
    while answers_ok(url + "/health") is None:
        if time.monotonic() > deadline:
            raise BackendUnavailable(
                f"No Prefect server answered at {url} within {seconds:.0f} s.",
                "Start it with `lakeside start server`, or set LAKESIDE_PREFECT__API_URL.",
            )
        time.sleep(0.5)


def register(settings: Settings) -> None:
    """Register work pool, deployments and automation; tried again, because workers start at the same time."""
    for number in range(1, REGISTER_TRIES + 1):
        command = [sys.executable, "-m", "flows.serve", "register"]
        done = subprocess.run(command, env=make_environment(settings), cwd=PROJECT_ROOT, check=False)
        if done.returncode == 0:
            return
        time.sleep(number)
    raise BackendUnavailable(
        f"Registering the deployments at {api_url(settings)} failed {REGISTER_TRIES} times.",
        "The lines above say why.",
    )


def _execute(recipe: Recipe, *words: str) -> NoReturn:
    sys.stdout.flush()
    os.chdir(recipe.folder)
    os.execve(recipe.command[0], [*recipe.command, *words], dict(recipe.environment))
