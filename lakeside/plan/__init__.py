"""Plans: what a run will do with each month and why, known before it is started."""

from lakeside.plan.compare import compare_plans, require_unmoved
from lakeside.plan.make import find_last_attempts, make_plan
from lakeside.plan.plan import Observed, Plan, PlanLine
from lakeside.plan.request import Action, Attempt, Mode, MonthStanding, PlanRequest, RowsBasis

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
    "find_last_attempts",
    "make_plan",
    "require_unmoved",
]
