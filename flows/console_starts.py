"""The console's verbs that start runs. Nothing is started twice by asking twice."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flows.door import Door
from flows.names import CHECK_FLOW, INGEST_FLOW, LOAD_FLOW, OBJECT_FLOW
from flows.parameters import (
    CheckParameters,
    IngestParameters,
    LoadParameters,
    ObjectParameters,
    check_parameters,
)
from flows.run_views import Preflight, StartedRuns
from flows.runs import Launch, RunSummary
from lakeside.errors import BackendUnavailable
from lakeside.people import Act, changing

if TYPE_CHECKING:
    from lakeside.plan import Plan
    from lakeside.services import Services


class StartsRuns(Door):
    """Start, retry and repeat runs; each verb refuses at once when the run could not do its work."""

    @cached_property
    def _services(self) -> Services:
        if self._base is not self and isinstance(self._base, StartsRuns):
            return self._base._services
        from flows.opened import open_services

        return open_services(self._settings)

    def preflight(self, load: bool = True) -> Preflight:
        """What a run needs, asked now and bounded: API, worker, pool, lake and, to load, the warehouse.

        Never raises; `error` of the answer says what is wrong and what mends it.
        """
        from flows.preflight import PATIENCE_SECONDS, run_preflight

        self._warm_up()
        return run_preflight(self._services, lambda: self.check_ready(PATIENCE_SECONDS), load)

    @changing(Act.START_RUNS)
    def start_ingest(self, launch: Launch) -> RunSummary:
        """Start `ingest-months`; the same launch while it is at work gives the run that is there.

        Raises:
            SettingsError: a parameter is out of range. BackendUnavailable: nothing would execute the run.
        """
        values = {**asdict(launch), "months": list(launch.months)}
        return self._start(INGEST_FLOW, check_parameters(IngestParameters, values))

    @changing(Act.START_RUNS)
    def start_load(self, dataset: str, year: int, months: tuple[int, ...]) -> RunSummary:
        """Start `load-months` (lake to warehouse alone); raises as `start_ingest` does."""
        values = {"dataset": dataset, "year": year, "months": list(months)}
        return self._start(LOAD_FLOW, check_parameters(LoadParameters, values))

    @changing(Act.CHECK_MONTH)
    def start_check(self, dataset: str, year: int, months: tuple[int, ...]) -> RunSummary:
        """Start `check-months` (nothing is fetched or loaded); raises as `start_ingest` does."""
        values = {"dataset": dataset, "year": year, "months": list(months)}
        return self._start(CHECK_FLOW, check_parameters(CheckParameters, values))

    @changing(Act.LOAD_OBJECT)
    def start_object(self, lake_object: str, table: str, replace: bool = False) -> RunSummary:
        """Start `load-object`: a lake object as a table of its own; raises as `start_ingest` does.

        The name is looked at before anything starts: it must be a table's, and none of Lakeside's own.
        """
        from lakeside.foreign_tables import check_table_name

        check_table_name(table)
        values = {"lake_object": lake_object, "table": table, "replace": replace}
        return self._start(OBJECT_FLOW, check_parameters(ObjectParameters, values))

    @changing(Act.START_RUNS)
    def start_plan(self, plan: Plan, nonce: str = "", fan_out: str = "threads") -> StartedRuns:
        """Start exactly what a plan says: one run per dataset, year and kind of work; [] for nothing to do.

        The same plan and nonce give the same runs, for ever and from every console: the plan's token covers
        the last attempts, so a plan made after they ended is another one. A month that another run is
        queued for or at work on is left out and named in `skipped` of the result.

        Raises:
            BackendUnavailable, AccessDenied: the preflight found why no run would do its work.
            SettingsError: a flow refuses what the plan asks for.
        """
        from flows import starts

        if plan.is_empty:
            return StartedRuns([])
        self._require_ready(plan.request.load)
        with self._client(f"Starting {plan.request.dataset}") as client:
            return starts.start_plan(client, plan, nonce, fan_out, self._started_by)

    @changing(Act.RETRY_RUN)
    def retry_failed(self, run_id: str) -> RunSummary:
        """Start the months of a run that failed again, with its parameters.

        Asking twice gives one run; when one of the months is queued or at work already, the run that has it.

        Raises:
            NotFound: there is no such run. SettingsError: it has not ended, or no month of it failed.
            BackendUnavailable, AccessDenied: as `start_plan`.
        """
        from flows import queries, starts

        with self._client(f"Run {run_id}") as client:
            found = queries.parse_id(run_id)
            self._require_ready()
            return starts.retry_failed(client, found, self._started_by)

    @changing(Act.REPEAT_RUN)
    def run_again(self, run_id: str) -> RunSummary:
        """Start all months of a run that has ended again, with its parameters; raises as `retry_failed`."""
        from flows import queries, starts

        with self._client(f"Run {run_id}") as client:
            found = queries.parse_id(run_id)
            self._require_ready()
            return starts.run_again(client, found, self._started_by)

    def _start(self, flow: str, parameters: dict[str, Any]) -> RunSummary:
        health = self.check_ready()
        if not health.can_run:
            raise BackendUnavailable(health.message, health.hint)
        from flows import starts

        with self._client(f"Starting {flow}") as client:
            return starts.start_request(client, flow, parameters, self._started_by)

    def _require_ready(self, load: bool = True) -> None:
        error = self.preflight(load).error
        if error is not None:
            raise error
