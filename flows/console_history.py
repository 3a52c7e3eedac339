"""The console's verbs that look at many runs, or into one. They change nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from flows.door import Door
from flows.run_views import ArtifactLine, RunFilter, RunPage, TaskLine
from flows.runs import RunSummary

if TYPE_CHECKING:
    from lakeside.month import Month
    from lakeside.plan import Attempt

_EVERY_RUN = RunFilter()


class ReadsHistory(Door):
    """Runs by filter and page, last attempts by month, and what a run consists of."""

    def find_runs(self, wanted: RunFilter = _EVERY_RUN, limit: int = 50, offset: int = 0) -> RunPage:
        """Runs that fit the filter, newest first, paged and counted by the server; at most 200 at once.

        Runs that a schedule has planned for later are left out.

        Raises:
            SettingsError: the filter names a state that does not exist.
        """
        from flows import history

        with self._client("The list of runs") as client:
            return history.find_runs(client, wanted, max(1, min(limit, history.MOST_RUNS)), max(0, offset))

    def list_runs(self, limit: int = 50, offset: int = 0) -> list[RunSummary]:
        """The runs of `find_runs` without filter and count."""
        return list(self.find_runs(limit=limit, offset=offset).runs)

    def list_attempts(self, dataset: str, months: Collection[Month]) -> list[Attempt]:
        """The last attempt at each of these months, queued and running ones too; bounded.

        Months that no run ever had are not in it.
        """
        from flows import history

        if not months:
            return []
        with self._client(f"The runs of {dataset}") as client:
            return history.list_attempts(client, dataset, months)

    def list_tasks(self, run_id: str) -> list[TaskLine]:
        """A run's tasks with what their failed tries ended in; NotFound for an unknown run."""
        from flows import queries, tasks

        with self._client(f"The tasks of run {run_id}") as client:
            return tasks.list_tasks(client, queries.parse_id(run_id))

    def list_artifacts(self, run_id: str) -> list[ArtifactLine]:
        """A run's artifacts as they are now; NotFound for an unknown run."""
        from flows import queries, tasks

        with self._client(f"The artifacts of run {run_id}") as client:
            return tasks.list_artifacts(client, queries.parse_id(run_id))

    def list_parts(self, run_id: str) -> list[RunSummary]:
        """The runs that this run started for its months; NotFound for an unknown run."""
        from flows import queries, tasks

        with self._client(f"The parts of run {run_id}") as client:
            return tasks.list_parts(client, queries.parse_id(run_id))
