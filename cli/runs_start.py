"""Start what a plan says, and say what became of it: runs, months left out, or that nothing is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.plan_command import describe_totals, list_attempts
from cli.runs_session import WORK_FAILED, RunSession, describe_line
from lakeside.errors import NotFound, PlanMoved
from lakeside.plan import Plan, PlanLine, PlanRequest, make_plan
from lakeside.plan.request import Action
from lakeside.services import open_services

if TYPE_CHECKING:
    from flows.runs import RunSummary

NOTHING = "nothing"  # the state that is printed when no run was started


@dataclass(frozen=True)
class Starter:
    """Starts the runs of a request; with `wait` it stays until they have ended."""

    session: RunSession
    wait: bool

    def start(self, request: PlanRequest, token: str | None = None) -> int:
        """The exit code: 0 when every month is done, at work or (with `wait`) has come out well.

        Raises:
            PlanMoved: the plan is no longer the one of the token.
            BackendUnavailable, AccessDenied: the runs could not do their work.
        """
        attempts = list_attempts(self.session.console, request)
        plan = make_plan(request, open_services(self.session.settings), attempts)
        if token is not None and token != plan.token:
            raise PlanMoved(
                f"Nothing was started: the plan has moved since it was shown. Now: {_describe_lines(plan)}",
                "Look at `lakeside plan` again.",
            )
        started = self.session.console.start_plan(plan)
        ids = list(dict.fromkeys([*(run.id for run in started), *_list_busy(plan, started)]))
        if not ids:
            return self._show_nothing(plan)
        found = self.session.wait_for(ids) if self.wait else [self._read(i, started) for i in ids]
        self._show_runs(plan, found, {run.id for run in started})
        failed = self.wait and any(run.state_type != "COMPLETED" for run in found)
        return WORK_FAILED if failed or plan.blocked else 0

    def _read(self, run_id: str, started: Sequence[RunSummary]) -> RunSummary:
        known = next((run for run in started if run.id == run_id), None)
        return known or self.session.console.get_run(run_id).summary

    def _show_runs(self, plan: Plan, found: Sequence[RunSummary], started: set[str]) -> None:
        runs = [{**self.session.document(run), "started": run.id in started} for run in found]
        document = {**runs[0], **_plan_facts(plan)}
        if len(runs) > 1:
            document["runs"] = runs
        lines = [describe_line(run, self.session.find_url(run.id)) for run in found]
        self.session.output.show(
            document, lambda: "\n\n".join([describe_totals(plan), *lines, *_describe_rest(plan)])
        )

    def _show_nothing(self, plan: Plan) -> int:
        ids = [line.run_id for line in plan.lines if line.run_id and not line.blocked]
        runs = [self._find_run(run_id) for run_id in dict.fromkeys(ids)]
        first = runs[0] if runs else {"run_id": None, "url": None}
        message = f"Nothing is to do. {_describe_lines(plan)}"
        document = {**first, "state": NOTHING, "started": False, "message": message, **_plan_facts(plan)}
        if len(runs) > 1:
            document["runs"] = runs
        self.session.output.show(document, lambda: message)
        return WORK_FAILED if plan.blocked else 0

    def _find_run(self, run_id: str) -> dict[str, Any]:
        """The run that published a month; it may be older than the server's history."""
        try:
            return self.session.document(self.session.console.get_run(run_id).summary)
        except NotFound:
            return {"run_id": run_id, "url": self.session.find_url(run_id)}


def _list_busy(plan: Plan, started: Sequence[RunSummary]) -> list[str]:
    """Runs that have months of the plan already: seen by the plan, or found when it was submitted."""
    seen = [line.run_id for line in plan.lines if line.action is Action.WAIT and line.run_id]
    return [*seen, *(attempt.run_id for attempt in getattr(started, "skipped", ()))]


def _plan_facts(plan: Plan) -> dict[str, Any]:
    return {
        "token": plan.token,
        "months": [
            {"month": str(m.month), "action": m.action, "standing": m.standing, "why": m.why}
            for m in plan.lines
        ],
        "blocked": [str(line.month) for line in plan.blocked],
    }


def _describe_rest(plan: Plan) -> list[str]:
    rest = [line for line in plan.lines if not line.is_work]
    return [_describe(rest)] if rest else []


def _describe_lines(plan: Plan) -> str:
    return _describe(plan.lines)


def _describe(lines: Sequence[PlanLine]) -> str:
    return "\n".join(f"{line.dataset} {line.month}: {line.why}" for line in lines)
