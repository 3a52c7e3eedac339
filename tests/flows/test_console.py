"""The console without a server: cheap to import, quick to say what is missing."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.console import Launch, RunConsole
from flows.stack import Stack, find_api_url, read_stack, remove_stack, stack_path, write_stack
from lakeside.errors import BackendUnavailable
from lakeside.settings import PrefectSettings, Settings
from tests.flows.conftest import free_port


@pytest.fixture
def lonely(home: Path) -> RunConsole:
    """A console whose server does not exist."""
    return RunConsole.open(Settings(home=home, prefect=PrefectSettings(port=free_port())))


def test_importing_the_console_does_not_import_prefect() -> None:
    code = "import flows.console, sys; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_a_server_a_launch_is_refused_at_once(lonely: RunConsole) -> None:
    began = time.monotonic()
    with pytest.raises(BackendUnavailable, match="No Prefect server answers") as caught:
        lonely.start_ingest(Launch("green", 2020, (1,)))
    assert time.monotonic() - began < 15, "refused, not waited for"
    assert "lakeside up" in caught.value.hint


def test_without_a_server_every_question_ends_in_our_error(lonely: RunConsole) -> None:
    run_id = "00000000-0000-0000-0000-000000000000"
    for ask in (lonely.list_runs, lambda: lonely.get_run(run_id), lambda: lonely.list_logs(run_id)):
        with pytest.raises(BackendUnavailable, match="does not answer") as caught:
            ask()
        assert "lakeside up" in caught.value.hint
    assert not lonely.check_ready().can_run


def test_a_server_that_hangs_is_given_up_in_bounded_time(home: Path) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = int(silent.getsockname()[1])
        prefect = PrefectSettings(port=port, answer_seconds=60)
        patient = RunConsole.open(Settings(home=home, prefect=prefect))
        patient.check_ready(0.1)  # the first call imports Prefect
        began = time.monotonic()
        health = patient.check_ready(0.1)
        assert time.monotonic() - began < 20, "given up, not waited for without end"
        assert not health.api_ok and health.is_late
        assert "did not answer in time (0.1 s)" in health.message

        prefect = prefect.model_copy(update={"answer_seconds": 0.3})
        hasty = RunConsole.open(Settings(home=home, prefect=prefect))
        with pytest.raises(BackendUnavailable, match=r"did not answer in time \(0\.3 s\)") as caught:
            hasty.list_runs()
        assert "LAKESIDE_PREFECT__ANSWER_SECONDS" in caught.value.hint
        while hasty.check_ready(0.1).is_late:  # until it has been silent for as long as an answer may take
            pass


def test_the_api_is_the_setting_then_the_running_stack_then_the_port(home: Path) -> None:
    settings = Settings(home=home, prefect=PrefectSettings(port=4999))
    assert find_api_url(settings) == "http://127.0.0.1:4999/api"
    write_stack(
        settings, Stack("http://127.0.0.1:1", "http://127.0.0.1:2/api", datetime.now(UTC), {"server": 3})
    )
    assert find_api_url(settings) == "http://127.0.0.1:2/api"
    elsewhere = Settings(home=home, prefect=PrefectSettings(api_url="http://prefect:4200/api/"))
    assert find_api_url(elsewhere) == "http://prefect:4200/api"


def test_a_stack_is_read_as_it_was_written_and_a_broken_file_is_none(home: Path) -> None:
    settings = Settings(home=home)
    stack = Stack("http://c", "http://p/api", datetime.now(UTC), {"server": 3}, {"server": 99})
    write_stack(settings, stack)
    assert read_stack(settings) == stack
    stack_path(settings).write_text("{half")
    assert read_stack(settings) is None
    remove_stack(settings)
    remove_stack(settings)
    assert read_stack(settings) is None
