"""The whole stack, with parts of it killed or hung while a run works: console, server, supervisor.

It takes minutes; tests/flows/test_hung.py and test_supervisor.py show the same with small processes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.console import Launch
from lakeside.errors import BackendUnavailable
from lakeside.month import Month
from lakeside.services import open_services
from tests.flows.conftest import ARCHIVE_ROWS, RunningStack, is_alive, start_stack, stop, wait_for
from tests.servers.files import FileServer

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.timeout(1800)]
LAUNCH = Launch("yellow", 2021, (1, 3), "archive")  # the second month takes long to arrive


@pytest.fixture
def own_stack(tmp_path: Path, slow_archive: FileServer) -> Iterator[list[RunningStack]]:
    """A stack of this test's own; one that is started again on the same home is added to the list."""
    stacks = [start(tmp_path / "home", slow_archive)]
    yield stacks
    stop(stacks[-1])


def start(home: Path, archive: FileServer) -> RunningStack:
    return start_stack(
        home,
        LAKESIDE_HUNG_SECONDS="12",
        LAKESIDE_SOURCES__ARCHIVE_URL=archive.url + "/{dataset}_{year}-{month:02d}.csv",
    )


def replaced(stack: RunningStack, name: str, number: signal.Signals) -> None:
    """Send the signal to a part of the stack and wait until another has taken its place."""
    old = stack.file.pids[name]
    os.kill(old, number)
    wait_for(lambda: stack.file.pids.get(name, old) != old, 240, f"another {name}", pause=0.5)
    assert not is_alive(old)


def is_at_work(stack: RunningStack, run_id: str) -> bool:
    try:
        states = [line.state for line in stack.console.get_run(run_id).months]
    except BackendUnavailable:
        return False
    return states == ["published", "running"]


def test_a_run_outlives_a_killed_console_and_a_hung_server(own_stack: list[RunningStack]) -> None:
    (stack,) = own_stack
    run = stack.console.start_ingest(LAUNCH)
    wait_for(lambda: is_at_work(stack, run.id), 240, "a month published and one at work")
    replaced(stack, "console", signal.SIGKILL)
    replaced(stack, "server", signal.SIGSTOP)

    def ended() -> str | None:
        try:
            summary = stack.console.get_run(run.id).summary
        except BackendUnavailable:
            return None
        return summary.state if summary.is_over else None

    assert wait_for(ended, 400, "the run's end", pause=1) == "Completed", stack.logs()
    assert "server did not answer for 12 s; it was killed" in stack.output
    counts = {
        str(month): n for (_, month), n in open_services(stack.settings).warehouse.count_months().items()
    }
    assert counts == {"2021-01": ARCHIVE_ROWS, "2021-03": 40 * ARCHIVE_ROWS}


def test_the_next_stack_finds_what_a_killed_supervisor_left(
    own_stack: list[RunningStack], slow_archive: FileServer
) -> None:
    (stack,) = own_stack
    run = stack.console.start_ingest(LAUNCH)
    wait_for(lambda: is_at_work(stack, run.id), 240, "a month published and one at work")
    pids = dict(stack.file.pids)
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in pids.values()), 120, "the end of its children")
    assert (stack.home / "stack.json").exists(), "nobody was left to remove it"

    own_stack.append(start(stack.home, slow_archive))
    again = own_stack[-1]
    detail = again.wait_for_run(run.id, 240)
    assert detail.summary.state == "Crashed", detail
    assert [line.state for line in detail.months] == ["published", "failed"]
    retry = again.console.retry_failed(run.id)
    assert again.wait_for_run(retry.id, 400).summary.state == "Completed"
    services = open_services(again.settings)
    assert services.warehouse.count_months() == {
        ("yellow", Month(2021, 1)): ARCHIVE_ROWS,
        ("yellow", Month(2021, 3)): 40 * ARCHIVE_ROWS,
    }
    assert len(services.lake.list_objects("data/").objects) == 2
