"""Run a model's checks: a condition that holds for every row, or two figures that are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lakeside.errors import LakesideError
from lakeside.models.model import CheckForm, Model, ModelCheck
from lakeside.people.money import require_billed
from lakeside.queries.asking import limits_of
from lakeside.services import Services
from lakeside.warehouse.protocol import QueryLimits


@dataclass(frozen=True, slots=True)
class ModelCheckResult:
    """What a check answered. `state` is passed, failed or error (it could not be evaluated).

    `rows` is how many were looked at, `failing_rows` how many do not hold; None where it does not count rows.
    """

    model: str
    check: str
    state: str
    detail: str
    rows: int | None = None
    failing_rows: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def run_model_checks(services: Services, models: Sequence[Model]) -> list[ModelCheckResult]:
    """Every check of these models, each one query within the settings' limits.

    A check that cannot be evaluated is a result that says why; nothing is raised for it.

    Raises:
        AccessDenied: it would be billed, and who asks may not spend money.
    """
    require_billed(services, "the checks of " + ", ".join(model.name for model in models))
    bounds = limits_of(services.settings, 1)
    return [_run(services, model, check, bounds) for model in models for check in model.checks]


def _run(services: Services, model: Model, check: ModelCheck, limits: QueryLimits) -> ModelCheckResult:
    try:
        answer = services.warehouse.run_query(write_query(model, check), limits).table.to_pylist()
        return _judge(model, check, answer[0] if answer else {})
    except LakesideError as error:
        return ModelCheckResult(model.name, check.name, "error", error.message)


def write_query(model: Model, check: ModelCheck) -> str:
    """The SELECT of one row that evaluates a check."""
    if check.form is CheckForm.EQUAL:
        return check.sql
    return (
        f"SELECT COUNT(*) AS row_count, COUNTIF(NOT COALESCE(({check.sql}), FALSE)) AS failing "
        f"FROM {model.name}"
    )


def _judge(model: Model, check: ModelCheck, row: dict[str, Any]) -> ModelCheckResult:
    if check.form is CheckForm.EVERY_ROW:
        rows, failing = int(row["row_count"]), int(row["failing"])
        state = "failed" if failing else "passed"
        detail = f"{failing:,} of {rows:,} rows do not hold: {check.sql}"
        words = detail if failing else f"All {rows:,} rows hold."
        return ModelCheckResult(model.name, check.name, state, words, rows, failing)
    if not {"found", "expected"} <= set(row):
        words = "Its SELECT has not the columns found and expected."
        return ModelCheckResult(model.name, check.name, "error", words)
    found, expected = row["found"], row["expected"]
    state = "passed" if found == expected else "failed"
    return ModelCheckResult(model.name, check.name, state, f"{_say(found)} found, {_say(expected)} expected.")


def _say(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
