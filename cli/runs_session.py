"""One command's dealings with the running server: ask, wait, print."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cli.output import Output
from cli.runs_view import find_run_url, run_document
from flows.console import RunConsole
from flows.runs import RunSummary
from lakeside.errors import BackendUnavailable, LimitExceeded
from lakeside.settings import Settings, load_settings

logger = logging.getLogger(__name__)

WORK_FAILED = 1
_SECONDS_BETWEEN = 1.0
_PATIENCE_SECONDS = 120.0  # a server that is started again answers within that


@dataclass(frozen=True)
class RunSession:
    """The settings, the server's console, where results are printed, and how long ends are waited for."""

    settings: Settings
    console: RunConsole
    output: Output
    wait_seconds: float

    @classmethod
    def open(cls, output: Output, wait_seconds: float | None = None) -> RunSession:
        """A session with the server the settings lead to.

        Args:
            output: where results are printed.
            wait_seconds: how long the end of runs is waited for; the setting's when None.

        Raises:
            BackendUnavailable: no server answers.
        """
        settings = load_settings()
        console = RunConsole.open(settings)
        health = console.check_ready()
        if not health.api_ok:
            raise BackendUnavailable(health.message, health.hint)
        return cls(settings, console, output, wait_seconds or settings.prefect.wait_seconds)

    def find_url(self, run_id: str) -> str:
        """The page that shows the run."""
        return find_run_url(self.settings, self.console.api_url, run_id)

    def document(self, run: RunSummary) -> dict[str, Any]:
        """A run as one object, with its page."""
        return run_document(run, self.find_url(run.id))

    def wait_for(self, run_ids: Sequence[str]) -> list[RunSummary]:
        """The runs when all of them have ended; a server that is away for a while is waited for.

        Raises:
            BackendUnavailable: it stayed away for two minutes.
            LimitExceeded: some had not ended when the session's patience had; they go on.
        """
        ended: dict[str, RunSummary] = {}
        began = answered = time.monotonic()
        while len(ended) < len(run_ids):
            try:
                for run_id in run_ids:
                    if run_id not in ended and (run := self.console.get_run(run_id).summary).is_over:
                        ended[run_id] = run
                answered = time.monotonic()
            except BackendUnavailable as error:
                if time.monotonic() - answered > _PATIENCE_SECONDS:
                    raise
                logger.debug("runs.wait error=%s", error)
            if left := [run_id for run_id in run_ids if run_id not in ended]:
                self._check_patience(began, left)
                time.sleep(_SECONDS_BETWEEN)
        return [ended[run_id] for run_id in run_ids]

    def _check_patience(self, began: float, left: Sequence[str]) -> None:
        if time.monotonic() - began < self.wait_seconds:
            return
        first, more = left[0], f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        raise LimitExceeded(
            f"The run {first}{more} had not ended after {self.wait_seconds:g} s, the limit of --timeout or "
            "LAKESIDE_PREFECT__WAIT_SECONDS; it goes on.",
            f"Follow it with `lakeside runs show {first}`, or end it with `lakeside runs cancel {first}`.",
            limit="prefect.wait_seconds",
        )

    def follow(self, run: RunSummary, wait: bool) -> int:
        """Print a run that was just started, after its end when that is waited for; the exit code."""
        if not wait:
            return self.show_run(run.id, "Started.")
        self.wait_for([run.id])
        return self.show_run(run.id, "", ("COMPLETED",))

    def show_run(self, run_id: str, note: str, wanted: Collection[str] = ()) -> int:
        """Print a run as it is now; 0 when its kind of state is a wanted one (or any will do)."""
        run = self.console.get_run(run_id).summary
        document = self.document(run)
        if note:
            document["message"] = note
        self.output.show(document, lambda: describe_line(run, document["url"], note))
        return 0 if not wanted or run.state_type in wanted else WORK_FAILED


def describe_line(run: RunSummary, url: str, note: str = "") -> str:
    """`green 2020 [1-3]  Running  http://…`, with the message under it."""
    head = f"{run.name}  {run.state}  {url}\nrun {run.id}"
    message = note or run.message
    return f"{head}\n{message}" if message else head
