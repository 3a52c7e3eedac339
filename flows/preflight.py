"""Whether a run that is started now could do its work, asked before it is started. Imports no Prefect."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any

from flows.run_views import Preflight, ReadyCheck
from flows.runs import ConsoleHealth
from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError
from lakeside.services import Services

# Answers take milliseconds, a cold start at Google's more than a second; what is absent says so at once. So
# much is for a machine on whose every core months are being ingested.
PATIENCE_SECONDS = 10.0
_HINTS = {
    "runs": "Start it with `lakeside up`.",
    "lake": "Check LAKESIDE_LAKE_URL; `lakeside doctor` looks closer.",
    "warehouse": "Check LAKESIDE_WAREHOUSE__KIND and its neighbours; `lakeside doctor` looks closer.",
}
_Finding = tuple[str, LakesideError | None, float]


def run_preflight(
    services: Services, check_runs: Callable[[], ConsoleHealth], load: bool = True
) -> Preflight:
    """Ask the API, the lake and (when months are to be loaded) the warehouse, all at once.

    Ends at the first thing that is wrong, else when all have answered or 10 s are over. What has not
    answered by then counts as unreachable. Never raises; the answers of threads that are still waiting
    are dropped. Importing the backends is done before, so that a process's first question is judged by
    the same clock.
    """
    error = _warm_up(services, load)
    if error is not None:
        return Preflight((error,), error.elapsed_seconds)
    started = time.monotonic()
    questions: dict[str, Callable[[], None]] = {"runs": lambda: _ask_runs(check_runs)}
    questions["lake"] = lambda: _ask_writable("lake", services.lake.check_ready())
    if load:
        questions["warehouse"] = lambda: _ask_writable("warehouse", services.warehouse.check_ready())
    answers: SimpleQueue[_Finding] = SimpleQueue()
    for name, question in questions.items():
        threading.Thread(target=_answer, args=(name, question, answers), daemon=True).start()
    checks = _collect(answers, list(questions), started, PATIENCE_SECONDS)
    return Preflight(tuple(checks), time.monotonic() - started)


def _warm_up(services: Services, load: bool) -> ReadyCheck | None:
    began = time.monotonic()
    try:
        if load:
            _ = services.warehouse
    except LakesideError as error:
        return ReadyCheck("warehouse", error, time.monotonic() - began)
    return None


def _collect(
    answers: SimpleQueue[_Finding], waiting: list[str], started: float, seconds: float
) -> list[ReadyCheck]:
    checks = []
    while waiting:
        try:
            found = answers.get(timeout=max(0.0, started + seconds - time.monotonic()))
        except Empty:
            checks += [ReadyCheck(name, _too_slow(name, seconds), seconds) for name in waiting]
            break
        checks.append(ReadyCheck(*found))
        waiting.remove(checks[-1].name)
        if not checks[-1].ok:
            break
    return checks


def _answer(name: str, question: Callable[[], None], answers: SimpleQueue[_Finding]) -> None:
    began, error = time.monotonic(), None
    try:
        question()
    except LakesideError as found:
        error = found
    except Exception as found:  # noqa: BLE001 - whatever it is, a run would meet it too
        message = f"The {name} cannot be used: {type(found).__name__}: {found}."
        error = BackendUnavailable(message, _HINTS[name])
    answers.put((name, error, time.monotonic() - began))


def _ask_runs(check_runs: Callable[[], ConsoleHealth]) -> None:
    health = check_runs()
    if not health.can_run:
        raise BackendUnavailable(health.message, health.hint)


def _ask_writable(name: str, facts: Mapping[str, Any]) -> None:
    if facts.get("writable") is False:
        place = facts.get("url") or facts.get("location") or f"the {name}"
        raise AccessDenied(f"We may not write to {place}.", f"Give this user the right to. {_HINTS[name]}")


def _too_slow(name: str, seconds: float) -> BackendUnavailable:
    what = "Prefect's server" if name == "runs" else f"The {name}"
    return BackendUnavailable(f"{what} did not answer within {seconds:g} s.", _HINTS[name])
