"""Months as tasks on a Dask cluster whose scheduler runs elsewhere.

Work and progress cross process borders: a task gets only plain requests and opens its own services where
it runs; progress comes back as events of Dask's scheduler, since a run's board cannot be pickled.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from flows.months import RETRIES, RETRY_PAUSE_SECONDS, MonthJob, describe_result, is_retryable
from flows.reporter import RunReporter
from lakeside.errors import BackendUnavailable, SettingsError
from lakeside.progress import MonthResult, Progress, ReportProgress, Stage
from lakeside.settings import load_settings

if TYPE_CHECKING:
    from lakeside.pipeline import MonthRequest
    from lakeside.services import Services

    MonthWork = Callable[[MonthRequest, Services, ReportProgress], MonthResult]

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_EVENTS = 1.0
CONNECT_SECONDS = 10


@task(
    task_run_name="{name}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_PAUSE_SECONDS,
    retry_condition_fn=is_retryable,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def work_on_month_there(name: str, request: MonthRequest, work: MonthWork, topic: str) -> MonthResult:
    """One month in a Dask worker, with services of its own, from the settings of the worker's machine."""
    from flows.opened import open_services

    log = get_run_logger()
    log.info("%s: started", name)
    job = MonthJob(request, open_services(load_settings()), work)
    result = job.run(_make_sender(topic, str(request.month)))
    log.info("%s: %s", name, describe_result(result))
    return result


def work_on_dask(
    requests: Sequence[MonthRequest], work: MonthWork, address: str | None, reporter: RunReporter
) -> None:
    """Return when every month is over; the board then has what became of each.

    Raises:
        SettingsError: no scheduler is named. BackendUnavailable: it does not answer.
    """
    if not address:
        raise SettingsError(
            "No Dask scheduler is named.",
            "Set LAKESIDE_PREFECT__DASK_SCHEDULER, for example tcp://host:8786.",
        )
    from prefect_dask.task_runners import DaskTaskRunner

    runner: Any = DaskTaskRunner(address=address)
    topic = f"lakeside-{requests[0].run_id}"
    with _listening(address, topic, reporter), runner:
        futures = [
            runner.submit(
                work_on_month_there,
                {"name": str(request), "request": request, "work": work, "topic": topic},
            )
            for request in requests
        ]
        for request, future in zip(requests, futures, strict=True):
            outcome = future.result(raise_on_failure=False)
            failed = MonthJob(request, None, work)
            reporter.finish(outcome if isinstance(outcome, MonthResult) else failed.fail(outcome))


@contextmanager
def _listening(address: str, topic: str, reporter: RunReporter) -> Iterator[None]:
    """Put the events of the topic on the board while this is open."""
    import distributed

    connect: Any = distributed.Client  # untyped

    def hear(event: tuple[float, Mapping[str, Any]]) -> None:
        values = dict(event[1]["progress"])  # Dask adds names of its own beside it
        reporter.record(event[1]["month"], Progress(**{**values, "stage": Stage(values["stage"])}))

    try:
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise BackendUnavailable(
            f"The Dask scheduler at {address} does not answer.", "Start it, or choose another way to fan out."
        ) from error
    with client:
        client.subscribe_topic(topic, hear)
        yield
        client.unsubscribe_topic(topic)


def _make_sender(topic: str, month: str) -> ReportProgress:
    """A listener that passes progress on: each new stage at once, otherwise once a second."""
    from distributed import get_worker

    worker = get_worker()
    last: dict[str, Any] = {"stage": None, "at": 0.0}

    def send(progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage == last["stage"] and now - last["at"] < SECONDS_BETWEEN_EVENTS:
            return
        last.update(stage=progress.stage, at=now)
        plain = {**asdict(progress), "stage": progress.stage.value}
        worker.log_event(topic, {"month": month, "progress": plain})

    return send
