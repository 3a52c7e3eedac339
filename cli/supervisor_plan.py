"""What the stack consists of: commands, environments and health questions of its processes."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cli.supervisor_children import Recipe, answers_ok
from flows.names import HEARTBEAT_SECONDS
from lakeside.errors import NotFound
from lakeside.people.login import make_login
from lakeside.settings import PROJECT_ROOT, Settings

HOST = "127.0.0.1"


def api_url(settings: Settings) -> str:
    """The API the stack uses: its own server's, or the one the settings name."""
    return (settings.prefect.api_url or f"http://{HOST}:{settings.prefect.port}/api").rstrip("/")


def console_url(settings: Settings) -> str:
    """The console's address in a browser."""
    return f"http://{HOST}:{settings.console.port}"


def make_environment(settings: Settings, host: str = HOST) -> dict[str, str]:
    """The environment of every child: our settings, Prefect at that address only, nothing sent home."""
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_PROFILE"}
    programs = str(Path(sys.executable).parent)  # runs call `python`: it has to be this one
    return environment | {
        "PATH": os.pathsep.join([programs, environment.get("PATH", "")]),
        "LAKESIDE_HOME": str(settings.home_folder),
        "LAKESIDE_CONSOLE__PORT": str(settings.console.port),
        "LAKESIDE_PREFECT__PORT": str(settings.prefect.port),
        "PREFECT_API_URL": api_url(settings),
        "PREFECT_HOME": str(settings.home_folder / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(settings.prefect.port),
        "PREFECT_WORKER_WEBSERVER_HOST": HOST,
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "5",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        # No flow keeps a result; one that did must not unpickle it.
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # By default any page a browser visits may read the API of a server on this machine.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": _list_own_origins(settings),
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _list_own_origins(settings: Settings) -> str:
    """Who may read Prefect's API from a browser: what was set, else its own pages by both their names."""
    own = ",".join(f"http://{name}:{settings.prefect.port}" for name in (HOST, "localhost"))
    return os.environ.get("PREFECT_SERVER_CORS_ALLOWED_ORIGINS", own)


def make_server(settings: Settings, host: str = HOST) -> Recipe:
    """Prefect's server with its bundled UI, on SQLite under the home unless Prefect is told otherwise."""
    command = ["-m", "prefect", "server", "start", "--host", host, "--port", str(settings.prefect.port)]
    health = api_url(settings) + "/health"
    return _make_recipe("server", settings, command, lambda: answers_ok(health) is not None, host)


def make_worker(settings: Settings) -> Recipe:
    """The worker that turns runs into processes; healthy when the server has heard from it."""
    pool = settings.prefect.work_pool
    command = [
        "-m",
        "prefect",
        "worker",
        "start",
        "--pool",
        pool,
        "--type",
        "process",
        "--name",
        worker_name(),
    ]
    return _make_recipe("worker", settings, command, lambda: _worker_is_online(settings))


def make_console(settings: Settings, host: str = HOST) -> Recipe:
    """Streamlit with the console behind its guard, listening at that address.

    Raises:
        NotFound: the package `ui` is not installed. SettingsError: a secret of the login cannot be read.
    """
    make_login(settings)  # said here, before a process that cannot start is started again and again
    command = ["-m", "streamlit", "run", str(_find_app()), "--server.address", host]
    command += ["--server.port", str(settings.console.port), "--server.headless", "true"]
    command += ["--browser.gatherUsageStats", "false"]
    health = console_url(settings) + "/_stcore/health"
    recipe = _make_recipe("console", settings, command, lambda: answers_ok(health) is not None)
    # The web server by itself believes X-Forwarded-For of whoever connects from this machine.
    return replace(recipe, environment={**recipe.environment, "FORWARDED_ALLOW_IPS": ""})


def worker_name() -> str:
    """The worker's name, new for each supervisor, so that a dead worker is not taken for it."""
    return f"lakeside-{os.getpid()}"


def _make_recipe(
    name: str, settings: Settings, command: list[str], is_healthy: Callable[[], bool | None], host: str = HOST
) -> Recipe:
    log = settings.home_folder / "logs" / f"{name}.log"
    environment = make_environment(settings, host)
    return Recipe(
        name, [sys.executable, *command], environment, PROJECT_ROOT, log, is_healthy,
        hung_seconds=settings.hung_seconds,
    )  # fmt: skip


def _worker_is_online(settings: Settings) -> bool | None:
    """What the server says of it; None when the server does not answer, which is not the worker's fault."""
    url = f"{api_url(settings)}/work_pools/{settings.prefect.work_pool}/workers/filter"
    answer = answers_ok(url, b"{}")
    try:
        workers = json.loads(answer or b"")
    except ValueError:
        return None
    return any(w.get("name") == worker_name() and w.get("status") == "ONLINE" for w in workers)


def _find_app() -> Path:
    package = importlib.util.find_spec("ui")
    places = list(package.submodule_search_locations or []) if package else []
    for place in places:
        if (app := Path(place) / "serve.py").is_file():
            return app
    raise NotFound("The console's serve.py is not installed.", "Install the project with `make run`.")
