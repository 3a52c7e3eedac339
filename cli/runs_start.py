"""Start what a plan says, and say what became of it: runs, months left out, or that nothing is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.plan_command import describe_totals, list_attempts
from cli.runs_session import WORK_FAILED, RunSession, describe_line
from flows.opened import open_services
from lakeside.errors import NotFound, PlanMoved
from lakeside.plan import Attempt, Plan, PlanLine, PlanRequest, make_plan
from lakeside.plan.request import Action

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
            now = _describe(plan.lines)
            raise PlanMoved(
                f"Nothing was started: the state moved since that plan was made. Now it is:\n{now}",
                "Look at `lakeside plan` again and start that.",
            )
        started = self.session.console.start_plan(plan)
        ids = list(dict.fromkeys([*(run.id for run in started), *_list_busy(plan, started.skipped)]))
        if not ids:
            return self._finish(plan, self._list_earlier(plan))
        known = {run.id: run for run in started}
        found = self.session.wait_for(ids) if self.wait else [known.get(i) or self._read(i) for i in ids]
        runs = [{**self.session.document(run), "started": run.id in known} for run in found]
        failed = [run for run in found if self.wait and run.state_type != "COMPLETED"]
        lines = [describe_line(run, self.session.find_url(run.id)) for run in found]
        return self._finish(plan, runs, lines, failed)

    def _finish(
        self,
        plan: Plan,
        runs: Sequence[dict[str, Any]],
        lines: Sequence[str] = (),
        failed: Sequence[RunSummary] = (),
    ) -> int:
        """Print the outcome (no lines: nothing was started or is at work); the exit code."""
        totals, error = describe_totals(plan), _describe_fault(plan, failed)
        document = {**(runs[0] if runs else {"run_id": None, "url": None}), **_plan_facts(plan)}
        if not lines:
            document |= {"state": NOTHING, "started": False, "message": f"{totals}\n{_describe(plan.lines)}"}
        if len(runs) > 1:
            document["runs"] = list(runs)
        if error:
            document["error"] = error
        rest = _describe([line for line in plan.lines if not line.is_work])
        self.session.output.show(document, lambda: "\n\n".join(filter(None, [totals, *lines, rest])))
        return WORK_FAILED if error else 0

    def _list_earlier(self, plan: Plan) -> list[dict[str, Any]]:
        """The runs that did what is not to be done again; some may be older than the server's history."""
        found = []
        for run_id in dict.fromkeys(m.run_id for m in plan.lines if m.run_id and not m.blocked):
            try:
                found.append(self.session.document(self._read(run_id)))
            except NotFound:
                found.append({"run_id": run_id, "url": self.session.find_url(run_id)})
        return found

    def _read(self, run_id: str) -> RunSummary:
        return self.session.console.get_run(run_id).summary


def _list_busy(plan: Plan, skipped: Sequence[Attempt]) -> list[str]:
    """Runs that have months of the plan already: seen by the plan, or found when it was submitted."""
    seen = [line.run_id for line in plan.lines if line.action is Action.WAIT and line.run_id]
    return [*seen, *(attempt.run_id for attempt in skipped)]


def _plan_facts(plan: Plan) -> dict[str, Any]:
    months = [
        {"month": str(m.month), "action": m.action, "standing": m.standing, "why": m.why, "run_id": m.run_id}
        for m in plan.lines
    ]
    return {"token": plan.token, "months": months, "blocked": [str(line.month) for line in plan.blocked]}


def _describe_fault(plan: Plan, failed: Sequence[RunSummary]) -> dict[str, str] | None:
    """What did not go well, as an error; None when all did."""
    if failed:
        message = "; ".join(f"{run.name} ended {run.state}: {run.message}" for run in failed)
        hint = f"See `lakeside runs show {failed[0].id}`."
        return {"kind": "RunFailed", "message": message, "hint": hint}
    if plan.blocked:
        message = f"Some months cannot be done. {_describe(plan.blocked)}"
        return {"kind": "Blocked", "message": message, "hint": "Choose other months, another source or mode."}
    return None


def _describe(lines: Sequence[PlanLine]) -> str:
    return "\n".join(f"{line.dataset} {line.month}: {line.why}" for line in lines)
