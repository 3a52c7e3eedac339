"""Ask the sources about many months at once, in bounded time. HEAD requests (or a stat) and nothing more."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.datasets.contract import Dataset
from lakeside.errors import BackendUnavailable, LakesideError
from lakeside.month import Month
from lakeside.sources.probe import SourceName, SourceProbe
from lakeside.sources.sources import Sources

Answer = SourceProbe | LakesideError

_ATTEMPTS = 2  # a plan is looked at by a person: a source that is slow now is said to be so
_BACKOFF_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Question:
    """One month of one source."""

    dataset: Dataset
    month: Month
    source: SourceName


def probe_months(
    sources: Sources, questions: Sequence[Question], seconds: float, at_once: int
) -> dict[Month, Answer]:
    """Every question's answer: the probe, or the error that names what is wrong.

    Never takes longer than `seconds`: what is not answered by then is a BackendUnavailable. Threads that
    still wait are left to end by themselves (their requests are bounded too) and hold up no exit.
    """
    waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
    answers: queue.SimpleQueue[tuple[Month, Answer | Exception]] = queue.SimpleQueue()
    for question in questions:
        waiting.put(question)
    hasty = _make_hasty(sources, seconds)
    deadline = time.monotonic() + seconds

    def work() -> None:
        while time.monotonic() < deadline:
            try:
                question = waiting.get_nowait()
            except queue.Empty:
                return
            answers.put((question.month, _ask(hasty, question)))

    for _ in range(min(at_once, len(questions))):
        threading.Thread(target=work, name="probe", daemon=True).start()
    found = _collect(answers, len(questions), deadline)
    late = BackendUnavailable(f"The source did not answer within {seconds:g} seconds.", "Try again.")
    return {q.month: found.get(q.month, late) for q in questions}


def _collect(
    answers: queue.SimpleQueue[tuple[Month, Answer | Exception]], count: int, deadline: float
) -> dict[Month, Answer]:
    found: dict[Month, Answer] = {}
    while len(found) < count:
        try:
            month, answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(answer, Exception) and not isinstance(answer, LakesideError):
            raise answer
        found[month] = answer
    return found


def _ask(sources: Sources, question: Question) -> Answer | Exception:
    try:
        return sources.probe(question.dataset, question.month, question.source)
    except Exception as error:  # noqa: BLE001 - crosses to the caller's thread, which raises what is not ours
        return error


def _make_hasty(sources: Sources, seconds: float) -> Sources:
    """The same sources with less patience than a download has."""
    chosen = sources.settings
    return Sources(
        chosen.model_copy(
            update={
                "connect_seconds": min(chosen.connect_seconds, seconds),
                "read_seconds": min(chosen.read_seconds, seconds),
                "attempts": min(chosen.attempts, _ATTEMPTS),
                "backoff_seconds": min(chosen.backoff_seconds, _BACKOFF_SECONDS),
            }
        ),
        sources.memory,
    )
