"""The console's door to runs: start, follow, cancel. Synchronous, bounded, and without Prefect's types.

Importing this module is cheap; Prefect is imported at the first call that needs it. Every error is a
LakesideError: BackendUnavailable when the server or a worker is missing, NotFound for an unknown run,
SettingsError for parameters that would be refused.
"""

from __future__ import annotations

from datetime import datetime

from flows.console_history import ReadsHistory
from flows.console_schedules import KeepsSchedules
from flows.console_starts import StartsRuns
from flows.run_views import ArtifactLine, Preflight, RunFilter, RunPage, StartedRuns, TaskLine
from flows.runs import ConsoleHealth, Launch, LogLine, MonthLine, RunDetail, RunSummary
from flows.schedule_views import DeploymentView, ScheduleSpec, ScheduleView, ScheduleWords, describe_time
from lakeside.people import Act, changing
from lakeside.settings import Settings

__all__ = [
    "ArtifactLine",
    "ConsoleHealth",
    "DeploymentView",
    "Launch",
    "LogLine",
    "MonthLine",
    "Preflight",
    "RunConsole",
    "RunDetail",
    "RunFilter",
    "RunPage",
    "RunSummary",
    "ScheduleSpec",
    "ScheduleView",
    "ScheduleWords",
    "StartedRuns",
    "TaskLine",
    "describe_time",
]


class RunConsole(StartsRuns, ReadsHistory, KeepsSchedules):
    """Runs over Prefect's API. Safe to share between threads; cheap to make."""

    @classmethod
    def open(cls, settings: Settings, started_by: str = "") -> RunConsole:
        """A console for the API these settings lead to. Connects to nothing yet.

        Args:
            settings: they lead to the API.
            started_by: who starts runs here, for people; the system's user when empty.
        """
        return cls(settings, started_by)

    def get_run(self, run_id: str) -> RunDetail:
        """A run with its months.

        Raises:
            NotFound: there is no such run.
        """
        from flows import queries

        with self._client(f"Run {run_id}") as client:
            return queries.get_run(client, queries.parse_id(run_id))

    def list_logs(self, run_id: str, after: datetime | None = None, limit: int = 200) -> list[LogLine]:
        """Log lines, oldest first, those later than `after` only.

        Lines come from two processes (worker and run) and may arrive late: to have every line of a run
        that has ended, ask again from its beginning.
        """
        from flows import queries

        with self._client(f"The log of run {run_id}") as client:
            return queries.list_logs(client, queries.parse_id(run_id), after, limit)

    @changing(Act.CANCEL_RUN)
    def cancel_run(self, run_id: str) -> None:
        """Ask a run to stop; its process is killed and it becomes Cancelled within seconds.

        Nothing happens to a run that has ended. Raises NotFound for an unknown run.
        """
        from flows import queries

        with self._client(f"Run {run_id}") as client:
            queries.cancel_run(client, queries.parse_id(run_id))
