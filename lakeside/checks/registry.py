"""The checks that exist. A new one is a file in `rules` (or a `.sql` file of the user's) and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.result import CheckKind, Severity
from lakeside.checks.row_rule import Place, RowRule
from lakeside.checks.rules import (
    accepted_values,
    dropoff_after_pickup,
    duplicates,
    figures_equal,
    freshness,
    not_null,
    outside_month,
    ranges,
    rows_accounted,
    rows_deviate,
    rows_equal,
    schema_contract,
    total_adds_up,
    zones_exist,
)
from lakeside.checks.sql_checks import SqlCheck, load_sql_checks
from lakeside.checks.thresholds import Thresholds, load_thresholds
from lakeside.datasets.contract import Dataset
from lakeside.month import Month
from lakeside.settings import Settings

# Modules with NAME, TITLE and judge(facts): what lake and warehouse say of each other.
RECONCILING: tuple[ModuleType, ...] = (rows_accounted, rows_equal, figures_equal)

# Modules with TITLE and list_rules(place): conditions that a failing row holds, all counted in one scan.
ROW_CHECKS: tuple[ModuleType, ...] = (
    not_null,
    accepted_values,
    ranges,
    zones_exist,
    dropoff_after_pickup,
    outside_month,
    total_adds_up,
)


@dataclass(frozen=True, slots=True)
class FactCheck:
    """A check of what is known of the month as a whole."""

    name: str
    title: str
    kind: CheckKind
    severity: Severity
    judge: Callable[[MonthFacts], Judgement]


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a check is, for people."""

    name: str
    title: str
    kind: CheckKind
    severity: Severity


@dataclass(frozen=True, slots=True)
class Registry:
    """All checks, with the thresholds they hold months against."""

    thresholds: dict[str, Thresholds]
    sql_checks: Sequence[SqlCheck]

    @classmethod
    def open(cls, settings: Settings) -> Registry:
        """The shipped checks and those of the user.

        Raises:
            SettingsError: thresholds or a `.sql` file say what cannot be; the message names file and field.
        """
        chosen = settings.checks
        return cls(load_thresholds(chosen.thresholds), load_sql_checks(chosen.sql_folder))

    def place(self, dataset: Dataset, month: Month) -> Place:
        """What rules are made for."""
        return Place(dataset, month, self.thresholds[dataset.name])

    def list_row_rules(self, place: Place) -> list[RowRule]:
        """Every condition asked of the month's rows."""
        return [rule for module in ROW_CHECKS for rule in module.list_rules(place)]

    def list_fact_checks(self, place: Place) -> Iterator[FactCheck]:
        """Every check of the month as a whole."""
        error = Severity.ERROR
        for module in RECONCILING:
            yield FactCheck(module.NAME, module.TITLE, CheckKind.RECONCILE, error, module.judge)
        schema = schema_contract
        yield FactCheck(schema.NAME, schema.TITLE, CheckKind.SCHEMA, error, schema.judge)
        if (fresh := place.thresholds.freshness) is not None:
            yield FactCheck(
                freshness.NAME,
                freshness.TITLE,
                CheckKind.FRESHNESS,
                fresh.severity,
                lambda facts: freshness.judge(facts, fresh),
            )
        if (deviation := place.thresholds.rows_deviate) is not None:
            yield FactCheck(
                rows_deviate.NAME,
                rows_deviate.TITLE,
                CheckKind.QUALITY,
                deviation.severity,
                lambda facts: rows_deviate.judge(facts, deviation),
            )

    def list_sql_checks(self, place: Place) -> list[SqlCheck]:
        """The user's checks of the month."""
        return [check for check in self.sql_checks if check.applies(place.dataset.name, place.month)]

    def list_checks(self, place: Place) -> list[CheckInfo]:
        """Everything that is asked of the month, in the order results come in."""
        found = [CheckInfo(c.name, c.title, c.kind, c.severity) for c in self.list_fact_checks(place)]
        for module in ROW_CHECKS:
            for rule in module.list_rules(place):
                found.append(CheckInfo(rule.name, module.TITLE, CheckKind.QUALITY, rule.limit.severity))
        limit = duplicates.find_limit(place)
        if limit is not None:
            found.append(CheckInfo(duplicates.NAME, duplicates.TITLE, CheckKind.QUALITY, limit.severity))
        for check in self.list_sql_checks(place):
            title = f"Rows that {check.says}"
            found.append(CheckInfo(check.name, title, CheckKind.QUALITY, check.limit.severity))
        return found
