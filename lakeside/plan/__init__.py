"""Plans: what a run will do with each month and why, known before it is started.

Only `make_plan` needs a backend; it is imported when it is first used, so that its words cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakeside.plan.compare import compare_plans, require_unmoved
from lakeside.plan.plan import Observed, Plan, PlanLine
from lakeside.plan.request import Action, Attempt, Mode, MonthStanding, PlanRequest, RowsBasis

if TYPE_CHECKING:
    from lakeside.plan.make import make_plan

__all__ = [
    "Action",
    "Attempt",
    "Mode",
    "MonthStanding",
    "Observed",
    "Plan",
    "PlanLine",
    "PlanRequest",
    "RowsBasis",
    "compare_plans",
    "make_plan",
    "require_unmoved",
]


def __getattr__(name: str) -> Any:
    if name == "make_plan":
        from lakeside.plan.make import make_plan

        return make_plan
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
