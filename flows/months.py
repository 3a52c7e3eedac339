"""Work on several months in one run: a task a month, bounded parallelism, and one verdict at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.events import emit_event
from prefect.futures import PrefectFuture, as_completed
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from flows.cancel_watch import CancelWatch
from flows.lines import read_result
from flows.names import CHECK_FAILED_EVENT
from flows.parameters import FanOut, name_work
from flows.reporter import RunReporter
from flows.runs import MonthLine
from lakeside.errors import LakesideError
from lakeside.progress import MonthResult, MonthState, Progress, ReportProgress, Stage

if TYPE_CHECKING:  # imported where the work begins, so that registering a flow loads no backend
    from lakeside.pipeline import MonthRequest
    from lakeside.services import Services

MonthWork = Callable[["MonthRequest", "Services", ReportProgress], MonthResult]

RETRIES = 2
RETRY_PAUSE_SECONDS = [5.0, 30.0]


def get_run_id() -> UUID:
    """The id of the run this code is part of."""
    return UUID(str(flow_run.id))


def name_this_run() -> str:
    """The name of the run that is about to start, made from its parameters."""
    return name_work(str(flow_run.flow_name), flow_run.parameters)


def is_retryable(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a month's next try may go better than the one that ended in this state."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, LakesideError) and error.retryable


class MonthJob:
    """One month to be worked on, with everything that takes; called by its task, again at each retry."""

    def __init__(self, request: MonthRequest, services: Services | None, work: MonthWork) -> None:
        self.request = request
        self._services = services
        self._work = work
        self._started: float | None = None

    @property
    def name(self) -> str:
        """`green 2020-10`."""
        return f"{self.request.dataset} {self.request.month}"

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the first try began."""
        return 0.0 if self._started is None else time.monotonic() - self._started

    def run(self, report: ReportProgress) -> MonthResult:
        """Do the work.

        Raises:
            LakesideError: the month failed; only a retryable one is tried again.
        """
        if self._services is None:
            raise ValueError(f"{self.name} has no services to be worked on with")
        self._started = self._started or time.monotonic()
        return self._work(self.request, self._services, report)

    def fail(self, error: object) -> MonthResult:
        """The result of a month whose last try ended in this error."""
        from lakeside.pipeline import failed_result

        if not isinstance(error, Exception):
            error = LakesideError(f"{self.name} ended without a result.", "Read the run's log.")
        return failed_result(self.request, error, self.elapsed_seconds)


@task(
    task_run_name="{name}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_PAUSE_SECONDS,
    retry_condition_fn=is_retryable,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def work_on_month(name: str, job: MonthJob, reporter: RunReporter) -> MonthResult:
    """One month as a task run of its own, so that it has a state, a log and retries of its own."""
    log = get_run_logger()
    listen, seen = reporter.listener(str(job.request.month)), set[Stage]()

    def report(progress: Progress) -> None:
        if progress.stage not in seen:
            seen.add(progress.stage)
            log.info("%s: %s", name, progress.stage.value)
        listen(progress)

    log.info("%s: started", name)
    result = job.run(report)
    reporter.finish(result)
    log.info("%s: %s", name, describe_result(result))
    return result


def work_on_months(
    requests: Sequence[MonthRequest], services: Services, work: MonthWork, fan_out: FanOut = "threads"
) -> State[Any]:
    """Work on every month, some at once, and say how the run ended. One that fails stops no other.

    Args:
        requests: the months, of one run.
        services: what they are worked on with, when it is done in this process.
        work: what is done with each.
        fan_out: in threads of this process, as runs of their own on the work pool, or as tasks on Dask.

    Returns:
        Completed, or Failed with a message that names the months that failed and why.
    """
    lines = [MonthLine(r.dataset, str(r.month), source=r.source.value) for r in requests]
    run_id = get_run_id()
    with CancelWatch(run_id), RunReporter(run_id, lines) as reporter, reporter.abandoning_on_error():
        if fan_out == "runs":
            _work_in_runs(requests, services, work, reporter)
        elif fan_out == "dask":
            from flows.fan_out_dask import work_on_dask

            work_on_dask(requests, work, services.settings.prefect.dask_scheduler, reporter)
        else:
            work_in_threads(requests, services, work, reporter)
        tell_failed_checks(reporter.lines())
        return judge_results([read_result(line) for line in reporter.lines()])


def work_in_threads(
    requests: Sequence[MonthRequest], services: Services, work: MonthWork, reporter: RunReporter
) -> None:
    """Return when every month is over; the board then has what became of each."""
    jobs = [MonthJob(request, services, work) for request in requests]
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(
        max_workers=services.settings.ingest.months_at_once
    )
    with runner:
        futures: dict[PrefectFuture[Any], MonthJob] = {
            runner.submit(work_on_month, {"name": job.name, "job": job, "reporter": reporter}): job
            for job in jobs
        }
        with reporter.abandoning_on_error():
            for future in as_completed(list(futures)):
                outcome = future.result(raise_on_failure=False)
                if not isinstance(outcome, MonthResult):
                    reporter.finish(futures[future].fail(outcome))


def tell_failed_checks(lines: Sequence[MonthLine]) -> None:
    """An event for each month whose checks failed; a notification may wait for it."""
    for line in lines:
        if line.state == MonthState.FAILED and line.stage == Stage.CHECK:
            month = f"lakeside.month.{line.dataset}.{line.month}"
            emit_event(CHECK_FAILED_EVENT, {"prefect.resource.id": month}, payload=dict(line.error or {}))


def _work_in_runs(
    requests: Sequence[MonthRequest], services: Services, work: MonthWork, reporter: RunReporter
) -> None:
    from flows.fan_out_runs import RunFollower

    def do_here(request: MonthRequest) -> None:
        work_in_threads([request], services, work, reporter)

    follower = RunFollower(get_run_id(), str(flow_run.flow_name), dict(flow_run.parameters), reporter)
    follower.follow(requests, services.settings.prefect.work_pool, do_here)


def judge_results(results: Sequence[MonthResult]) -> State[Any]:
    """How a run with these results ended."""
    data = [result.as_dict() for result in results]
    failed = [result for result in results if result.state is MonthState.FAILED]
    if not failed:
        return Completed(message=count_states(results), data=data)
    reasons = "; ".join(f"{r.month} ({_reason(r)})" for r in failed)
    return Failed(message=f"{len(failed)} of {len(results)} months failed: {reasons}", data=data)


def count_states(results: Sequence[MonthResult]) -> str:
    """`2 months published, 1 unchanged`."""
    counts = {state: sum(r.state is state for r in results) for state in MonthState}
    parts = [f"{n} {state.value}" for state, n in counts.items() if n]
    return f"{len(results)} {'month' if len(results) == 1 else 'months'}: {', '.join(parts)}"


def describe_result(result: MonthResult) -> str:
    """A month's result as one line for the log."""
    parts = [result.state.value, f"from {result.source}"]
    if result.rows_written is not None:
        parts.append(f"{result.rows_written:,} rows written, {result.rows_rejected or 0:,} rejected")
    if result.warehouse_rows is not None:
        parts.append(f"{result.warehouse_rows:,} rows in the warehouse")
    return f"{', '.join(parts)}, {result.elapsed_seconds:.1f} s"


def _reason(result: MonthResult) -> str:
    error = result.error or {}
    return f"{error.get('kind', 'Error')}: {error.get('message', 'no reason was given')}"
