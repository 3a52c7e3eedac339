"""Check months: every figure and condition of a month in one scan, then what cannot be told from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from lakeside.checks.estimate import CheckEstimate, estimate_month
from lakeside.checks.facts import (
    Asking,
    Judgement,
    MonthFacts,
    Surroundings,
    gather_facts,
    make_result,
)
from lakeside.checks.registry import Registry
from lakeside.checks.result import CheckKind, CheckResult, CheckState
from lakeside.checks.row_rule import Place, RowRule
from lakeside.checks.rules import duplicates
from lakeside.checks.store import record_results
from lakeside.checks.thresholds import Limit
from lakeside.datasets.contract import Dataset
from lakeside.errors import BackendUnavailable, LakesideError, NotFound
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.services import Services
from lakeside.warehouse.month_rows import MonthMeasures, MonthRows


@dataclass(frozen=True)
class Checking:
    """One round of checks: what is asked once for all its months.

    Args:
        services: lake and warehouse.
        registry: the checks.
        asking: when, by which run, and every month's rows and publication.
    """

    services: Services
    registry: Registry
    asking: Asking

    @classmethod
    def start(
        cls, services: Services, around: Surroundings | None = None, run_id: str | None = None
    ) -> Checking:
        """Ask the warehouse for all months' rows and publications, unless they are known.

        Raises:
            SettingsError: thresholds or a `.sql` file cannot be.
            BackendUnavailable, AccessDenied: the warehouse cannot be asked.
        """
        asking = Asking(around or Surroundings.ask(services), datetime.now(UTC), run_id)
        return cls(services, Registry.open(services.settings), asking)

    def estimate(self, dataset: Dataset, month: Month) -> CheckEstimate:
        """What checking the month will read; asks the lake for one footer."""
        rows = self.asking.around.counts.get((dataset.name, month), 0)
        place = self.registry.place(dataset, month)
        return estimate_month(place, rows, self._read_provenance(dataset, month), self.registry)

    def check(self, dataset: Dataset, month: Month) -> list[CheckResult]:
        """Every check of the month. What cannot be evaluated is a result with state error.

        Raises:
            BackendUnavailable, AccessDenied: lake or warehouse cannot be asked.
        """
        return self.check_rows(dataset, month, self.services.warehouse.open_month(dataset, month))

    def check_and_keep(self, dataset: Dataset, month: Month) -> list[CheckResult]:
        """`check`, and the results are kept, whatever they are; the warehouse must take them."""
        results = self.check(dataset, month)
        record_results(self.services, results)
        return results

    def check_rows(self, dataset: Dataset, month: Month, rows: MonthRows) -> list[CheckResult]:
        """The same of rows that may lie elsewhere than in the published table."""
        place = self.registry.place(dataset, month)
        estimate = self.estimate(dataset, month)
        rules = self.registry.list_row_rules(place)
        measures = _measure(rows, rules, estimate)
        facts = gather_facts(dataset, month, self.services.lake, measures, self.asking)
        results = [
            make_result(facts, (check.name, check.kind, check.severity), check.judge(facts))
            for check in self.registry.list_fact_checks(place)
        ]
        counts = measures.counts if measures else [None] * len(rules)
        results += [judge_rows(facts, rule, n) for rule, n in zip(rules, counts, strict=True)]
        return [*results, *self._count_others(place, facts, rows, estimate)]

    def _count_others(
        self, place: Place, facts: MonthFacts, rows: MonthRows, estimate: CheckEstimate
    ) -> list[CheckResult]:
        """Duplicates, and what users ask by SQL: a query each."""
        results = []
        limit = duplicates.find_limit(place)
        if limit is not None:
            found = _count(facts, partial(rows.count_repeats, limit.columns, estimate.repeats))
            results.append(_judge_count(facts, (duplicates.NAME, duplicates.describe(limit), limit), found))
        seconds = self.services.settings.checks.seconds
        for check in self.registry.list_sql_checks(place):
            sql = check.write(rows.table, place.month)
            found = _count(facts, partial(rows.count_selected, sql, estimate.each_sql, seconds))
            results.append(_judge_count(facts, (check.name, check.says, check.limit), found))
        return results

    def _read_provenance(self, dataset: Dataset, month: Month) -> Provenance | None:
        try:
            return self.services.lake.read_footer(data_key(dataset.name, month)).provenance
        except BackendUnavailable:
            raise
        except LakesideError:
            return None


def _measure(rows: MonthRows, rules: Sequence[RowRule], estimate: CheckEstimate) -> MonthMeasures | None:
    try:
        return rows.measure([rule.condition for rule in rules], estimate.scan)
    except NotFound:
        return None


def _count(facts: MonthFacts, ask: Callable[[], int]) -> int | LakesideError | None:
    if not facts.rows:
        return None
    try:
        return ask()
    except BackendUnavailable:
        raise
    except LakesideError as error:
        return error


def judge_rows(facts: MonthFacts, rule: RowRule, count: int | None) -> CheckResult:
    """The result of one condition's count."""
    if count is None and facts.rows:
        what = "the zone lookup" if rule.condition.needs_zones else ", ".join(rule.condition.columns)
        why = f"The table has no usable {what}."
        if rule.condition.needs_zones:
            why = "The warehouse has no zones: run `lakeside ingest zones`."
        return _name(facts, (rule.name, rule.limit), Judgement.skip(why))
    return _judge_count(facts, (rule.name, rule.says, rule.limit), count)


def _judge_count(
    facts: MonthFacts, named: tuple[str, str, Limit], count: int | LakesideError | None
) -> CheckResult:
    name, says, limit = named
    if isinstance(count, LakesideError):
        return _name(facts, (name, limit), Judgement(CheckState.ERROR, count.message))
    if count is None or not facts.rows:
        return _name(facts, (name, limit), Judgement.skip("The table has no rows of the month."))
    share = count / facts.rows
    allowed = f"; {limit.share * 100:.4g} % may" if limit.share else ""
    detail = f"{count:,} of {facts.rows:,} rows ({share * 100:.2g} %) {says}{allowed}"
    return _name(facts, (name, limit), Judgement.of(share <= limit.share, detail, count))


def _name(facts: MonthFacts, named: tuple[str, Limit], judgement: Judgement) -> CheckResult:
    name, limit = named
    return make_result(facts, (name, CheckKind.QUALITY, limit.severity), judgement, limit.share)
