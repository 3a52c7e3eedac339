"""Does the source's month equal the lake's, and the lake's the table's? Counts and figures, no key needed."""

from __future__ import annotations

from collections.abc import Sequence

from lakeside.checks.result import CheckResult, CheckState
from lakeside.datasets.contract import Dataset
from lakeside.errors import CheckError, ContractViolation
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.services import Services
from lakeside.warehouse.figures import compare_figures, shorten_differences


def run_reconciliation(dataset: Dataset, month: Month, services: Services) -> list[CheckResult]:
    """Measure the published month afresh and compare it with what the lake's object says of itself.

    Raises:
        CheckError: the object carries no provenance, so there is nothing to compare with.
        NotFound, BadFile, BackendUnavailable: the object or the table cannot be read.
    """
    key = data_key(dataset.name, month)
    footer = services.lake.read_footer(key)
    if footer.provenance is None:
        raise CheckError(f"{key} carries no provenance of Lakeside.", "Ingest the month again.")
    figures = services.warehouse.measure_month(dataset, month)
    return [
        check_rows_accounted(footer.provenance),
        check_rows_in_lake(footer, footer.provenance),
        check_rows_in_table(footer, figures),
        check_figures(footer.provenance, figures),
    ]


def require_passed(results: Sequence[CheckResult], what: str) -> None:
    """Turn failed checks into the one error that fails the month.

    Args:
        results: what the checks answered.
        what: dataset and month, for the message.

    Raises:
        ContractViolation: at least one check failed; the message gives each one's figures.
    """
    failed = [r for r in results if r.state is CheckState.FAILED]
    if failed:
        details = "; ".join(f"{r.check}: {r.detail}" for r in failed)
        raise ContractViolation(
            f"{what} does not reconcile: {details}.",
            "Load it again with --force.",
        )


def check_rows_accounted(provenance: Provenance) -> CheckResult:
    """Rows read = written + rejected."""
    p = provenance
    detail = f"{p.rows_read:,} rows read, {p.rows_written:,} written, {p.rows_rejected:,} rejected"
    return CheckResult.of("rows accounted", p.is_consistent, detail)


def check_rows_in_lake(footer: Footer, provenance: Provenance) -> CheckResult:
    """The object holds as many rows as were written."""
    detail = f"{footer.rows:,} rows in the object, {provenance.rows_written:,} written"
    return CheckResult.of("rows in the lake", footer.rows == provenance.rows_written, detail)


def check_rows_in_table(footer: Footer, figures: Sequence[ColumnStats]) -> CheckResult:
    """The table holds as many rows of the month as the object."""
    rows = table_rows(figures)
    return CheckResult.of(
        "rows in the table", rows == footer.rows, f"{rows:,} rows in the table, {footer.rows:,} in the object"
    )


def check_figures(provenance: Provenance, figures: Sequence[ColumnStats]) -> CheckResult:
    """Count, nulls, sum, min, max and distinct of every column are equal."""
    differences = compare_figures(provenance.columns, figures)
    detail = shorten_differences(differences) if differences else f"{len(provenance.columns)} columns equal"
    return CheckResult.of("column figures", not differences, detail)


def table_rows(figures: Sequence[ColumnStats]) -> int:
    """Rows of the month behind a set of figures; every column has as many."""
    return max((f.count + f.nulls for f in figures), default=0)
