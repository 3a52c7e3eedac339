"""Work on months one after the other: a bad month stops no other, and the exit code says if one failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cli.output import Output
from cli.progress_line import ProgressLine
from cli.tables import format_bytes, format_seconds, format_table
from lakeside.errors import LakesideError

if TYPE_CHECKING:
    from lakeside.pipeline import MonthRequest
    from lakeside.progress import MonthResult, ReportProgress
    from lakeside.services import Services

logger = logging.getLogger(__name__)

MonthWork = Callable[["MonthRequest", "Services", "ReportProgress"], "MonthResult"]

_TITLES = ("month", "state", "source", "read", "written", "rejected", "in the table", "fetched", "time")


def run_months(work: MonthWork, requests: Sequence[MonthRequest], services: Services, output: Output) -> int:
    """Do the work of each month and print what became of them; 0 when none failed, else 1.

    Ctrl-C fails the month at hand and those after it; what was finished stays and is still reported.
    """
    results: list[MonthResult] = []
    for request in requests:
        results.append(_run_one(work, request, services))
        if (results[-1].error or {}).get("kind") == Interrupted.__name__:
            results += [_interrupt(rest) for rest in requests[len(results) :]]
            break
    output.show([r.as_dict() for r in results], lambda: describe_results(results))
    return 1 if any(r.error for r in results) else 0


class Interrupted(LakesideError):
    """The user stopped the command."""


def _interrupt(request: MonthRequest, elapsed_seconds: float = 0.0) -> MonthResult:
    from lakeside.pipeline import failed_result

    error = Interrupted(f"{request} was stopped.", "Run the command again; what is done is not done twice.")
    return failed_result(request, error, elapsed_seconds)


def _run_one(work: MonthWork, request: MonthRequest, services: Services) -> MonthResult:
    from lakeside.pipeline import failed_result

    started = time.monotonic()
    try:
        with ProgressLine(str(request)) as line:
            return work(request, services, line)
    except LakesideError as error:
        return failed_result(request, error, time.monotonic() - started)
    except KeyboardInterrupt:
        return _interrupt(request, time.monotonic() - started)
    except Exception as error:
        logger.exception("%s failed", request)
        return failed_result(request, error, time.monotonic() - started)


def describe_results(results: Sequence[MonthResult]) -> str:
    """A table with a row a month, then each failure with its hint."""
    rows = [
        (
            f"{r.dataset} {r.month}",
            r.state.value,
            r.source,
            r.rows_read,
            r.rows_written,
            r.rows_rejected,
            r.warehouse_rows,
            format_bytes(r.bytes_read),
            format_seconds(r.elapsed_seconds),
        )
        for r in results
    ]
    parts = [format_table(_TITLES, rows)]
    parts += [note for result in results for note in _describe_leftovers(result)]
    for result in results:
        if result.error:
            hint = f"\n  {result.error['hint']}" if result.error.get("hint") else ""
            parts.append(f"{result.dataset} {result.month} failed: {result.error['message']}{hint}")
    return "\n\n".join(parts)


def _describe_leftovers(result: MonthResult) -> Iterator[str]:
    """Where rejected rows are, and what became of columns the contract does not know."""
    from lakeside.lake.layout import quarantine_key
    from lakeside.month import Month

    what = f"{result.dataset} {result.month}"
    if result.rows_rejected:
        count = f"{result.rows_rejected:,} {'row' if result.rows_rejected == 1 else 'rows'}"
        key = quarantine_key(result.dataset, Month.parse(result.month))
        yield f"{what}: {count} set aside with the reason in the lake's {key}."
    for columns, became in ((result.columns_added, "kept"), (result.columns_discarded, "dropped")):
        if columns:
            yield f"{what}: outside the contract and {became}: {', '.join(columns)}."
