"""`lakeside runs`: start runs, list them, look into one, cancel it, try it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import DatasetArgument, JsonOption, MonthsArgument
from cli.output import Output
from cli.plan_command import ModeOption, SourceOption, read_request
from lakeside.plan.request import Mode
from lakeside.sources.probe import SourceName

if TYPE_CHECKING:
    from cli.runs_session import RunSession

_MOST_LINES = 100_000

runs = typer.Typer(name="runs", help="Start, list, show, cancel and retry runs.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN_ID", help="A run's id.", show_default=False)]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for the end; fail when the run fails.")]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        min=0.1, metavar="SECONDS", show_default=False,
        help="With --wait: wait at most so long; the run goes on. Default: LAKESIDE_PREFECT__WAIT_SECONDS.",
    ),
]  # fmt: skip


@runs.command()
def start(
    dataset: DatasetArgument,
    months: MonthsArgument,
    source: SourceOption = SourceName.AUTO,
    mode: ModeOption = Mode.MISSING,
    token: Annotated[
        str | None,
        typer.Option(help="Start only what `lakeside plan --json` showed under this token.", metavar="TOKEN"),
    ] = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> int:
    """Start what a plan of these months finds to do; months that are done or at work are left out."""
    request = read_request(dataset, months, source, mode)
    from cli.runs_start import Starter

    return Starter(_open_session(as_json, timeout), wait).start(request, token)


@runs.command("list")
def list_runs(
    state: Annotated[
        list[str] | None, typer.Option(help="Only such: running, completed, failed, …", metavar="STATE")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.", show_default=False)] = None,
    text: Annotated[str, typer.Option(help="Only runs whose name has this text.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=200)] = 50,
    offset: Annotated[int, typer.Option(help="How many to leave out first.", min=0)] = 0,
    as_json: JsonOption = False,
) -> int:
    """List runs, newest first."""
    from cli.arguments import read_dataset
    from cli.runs_view import describe_runs
    from flows.run_views import RunFilter

    name = read_dataset(dataset).name if dataset else None
    session = _open_session(as_json)
    page = session.console.find_runs(RunFilter(tuple(state or ()), name, text), limit, offset)
    document = [session.document(run) for run in page.runs]
    session.output.show(document, lambda: describe_runs(page.runs, page.total))
    return 0


@runs.command()
def show(run_id: RunArgument, as_json: JsonOption = False) -> int:
    """Show a run and where each of its months stands."""
    from cli.runs_view import describe_detail, detail_document

    session = _open_session(as_json)
    detail = session.console.get_run(run_id)
    url = session.find_url(run_id)
    session.output.show(detail_document(detail, url), lambda: describe_detail(detail, url))
    return 0


@runs.command()
def logs(
    run_id: RunArgument,
    limit: Annotated[int, typer.Option(help="At most so many lines.", min=1, max=_MOST_LINES)] = _MOST_LINES,
    as_json: JsonOption = False,
) -> int:
    """Print a run's log, oldest line first."""
    from cli.runs_view import describe_log, log_document

    session = _open_session(as_json)
    session.console.get_run(run_id)  # an unknown run is an error, not an empty log
    lines = session.console.list_logs(run_id, limit=limit)
    session.output.show([log_document(line) for line in lines], lambda: describe_log(lines))
    return 0


@runs.command()
def cancel(
    run_id: RunArgument, wait: WaitOption = False, timeout: TimeoutOption = None, as_json: JsonOption = False
) -> int:
    """Ask a run to stop. Nothing half-written is left behind."""
    session = _open_session(as_json, timeout)
    if session.console.get_run(run_id).summary.is_over:
        return session.show_run(run_id, "It had ended before; nothing was cancelled.", ("CANCELLED",))
    session.console.cancel_run(run_id)
    if wait:
        session.wait_for([run_id])
        return session.show_run(run_id, "", ("CANCELLED",))
    return session.show_run(run_id, "Its end was asked for.")


@runs.command()
def retry(
    run_id: RunArgument, wait: WaitOption = False, timeout: TimeoutOption = None, as_json: JsonOption = False
) -> int:
    """Start the months of a run that failed again, as a new run."""
    session = _open_session(as_json, timeout)
    return session.follow(session.console.retry_failed(run_id), wait)


@runs.command()
def again(
    run_id: RunArgument, wait: WaitOption = False, timeout: TimeoutOption = None, as_json: JsonOption = False
) -> int:
    """Start all months of a run again, as a new run."""
    session = _open_session(as_json, timeout)
    return session.follow(session.console.run_again(run_id), wait)


def _open_session(as_json: bool, wait_seconds: float | None = None) -> RunSession:
    from cli.runs_session import RunSession

    return RunSession.open(Output(as_json), wait_seconds)
