"""`lakeside up`: the whole stack on this machine, until Ctrl-C."""

from __future__ import annotations

import fcntl
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cli.supervisor import Supervisor
from cli.supervisor_plan import HOST, console_url
from cli.supervisor_processes import is_alive, stop_processes
from flows.stack import read_stack, remove_stack
from lakeside.errors import LakesideError, SettingsError
from lakeside.settings import Settings

logger = logging.getLogger(__name__)


def run_up(settings: Settings) -> int:
    """Start Prefect's server, a worker and the console; 0 after a stop by Ctrl-C or SIGTERM.

    Raises:
        SettingsError: a port is in use. LakesideError: a stack already runs on this home.
        BackendUnavailable: a process did not start or died for good; everything has been stopped.
    """
    with lock_home(settings):
        stop_leftovers(settings)
        check_ports(settings)
        sys.stderr.write(f"Starting Lakeside; its logs are in {settings.home_folder / 'logs'}.\n")
        Supervisor(settings).run(lambda: announce(settings))
    return 0


def choose_ports(settings: Settings, port: int | None, prefect_port: int | None) -> Settings:
    """The settings with these ports."""
    console = settings.console.model_copy(update={"port": port or settings.console.port})
    prefect = settings.prefect.model_copy(update={"port": prefect_port or settings.prefect.port})
    return settings.model_copy(update={"console": console, "prefect": prefect})


def announce(settings: Settings) -> None:
    """The one line people wait for."""
    sys.stdout.write(f"Lakeside is ready: {console_url(settings)}  (Ctrl-C stops it)\n")
    sys.stdout.flush()


@contextmanager
def lock_home(settings: Settings) -> Iterator[None]:
    """Hold the home for one stack; the lock goes with the process, however it ends.

    Raises:
        LakesideError: another `lakeside up` holds it.
    """
    settings.home_folder.mkdir(parents=True, exist_ok=True)
    with (settings.home_folder / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stack = read_stack(settings)
            where = f" at {stack.console_url}" if stack else ""
            raise LakesideError(
                f"Lakeside is already running{where} on the home {settings.home_folder}.",
                "Open it there, stop it with Ctrl-C, or set LAKESIDE_HOME to another folder.",
            ) from error
        yield


def stop_leftovers(settings: Settings) -> None:
    """Stop what a killed `lakeside up` left behind on this home."""
    stack = read_stack(settings)
    if stack is None:
        return
    living = [pid for name, pid in stack.pids.items() if is_alive(pid, stack.born.get(name))]
    if living:
        logger.warning("stopping %d processes of a stack that was killed", len(living))
        stop_processes(living, 10.0)
    remove_stack(settings)


def check_ports(settings: Settings) -> None:
    """Refuse to start on ports that are taken.

    Raises:
        SettingsError: names the port and the flag that chooses another.
    """
    wanted = [(settings.console.port, "--port", "LAKESIDE_CONSOLE__PORT")]
    if settings.prefect.api_url is None:
        wanted.append((settings.prefect.port, "--prefect-port", "LAKESIDE_PREFECT__PORT"))
    for number, flag, name in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
            except OSError as error:
                raise SettingsError(
                    f"Port {number} is in use by another program.", f"Choose another with {flag} or {name}."
                ) from error
