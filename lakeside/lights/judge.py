"""Judge one light each from what was found. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lakeside.checks.result import CheckResult, CheckState, judge_light
from lakeside.checks.result import Light as CheckLight
from lakeside.coverage import MonthCoverage
from lakeside.coverage import SourceState as Calendar
from lakeside.datasets.contract import ColumnPolicy, Dataset
from lakeside.ingest.previous import find_change
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import Provenance
from lakeside.lights.light import ChecksState, LakeState, Light, SourceState, TableState
from lakeside.sources.probe import SourceProbe
from lakeside.sources.probe_store import ProbeAnswer
from lakeside.warehouse.protocol import Publication

_SHOWN_CHECKS = 3


def judge_source(
    covered: MonthCoverage,
    answers: Sequence[ProbeAnswer],
    provenance: Provenance | None,
    contract: tuple[Dataset, ColumnPolicy],
) -> Light[SourceState]:
    """What the calendar and the last answers of the sources say; `answers` are the newest first."""
    there = [answer.probe for answer in answers if answer.probe is not None]
    fed = next((p for p in there if provenance and p.source == provenance.source), None)
    if fed is not None and provenance is not None and (change := _find_change(provenance, fed, contract)):
        return Light(SourceState.CHANGED, change, fed.probed_at)
    if there:
        probe = fed or there[0]
        size = f", {probe.size_bytes:,} bytes" if probe.size_bytes is not None else ""
        return Light(SourceState.THERE, f"{probe.source} has it{size}.", probe.probed_at)
    if covered.source_state is Calendar.NEVER:
        return Light(SourceState.NEVER, "No source ever published it.")
    if covered.source_state is Calendar.NOT_YET:
        asked = answers[0].asked_at if answers else None
        return Light(SourceState.NOT_YET, "Not published yet, by the calendar.", asked)
    if answers:
        names = ", ".join(answer.source for answer in answers)
        return Light(SourceState.GONE, f"{names} said that it is not there.", answers[0].asked_at)
    return Light(SourceState.OFFERED, "Published by the calendar; no source was asked yet.")


def judge_lake(covered: MonthCoverage, footer: object, version: int) -> Light[LakeState]:
    """Is there an object that can be read, of ours, and of today's contract; `footer` may be an error."""
    at = covered.written_at
    if covered.key is None:
        return Light(LakeState.MISSING, "No object.")
    if not isinstance(footer, Footer):
        return Light(LakeState.BROKEN, covered.reason or "The object cannot be read.", at)
    if footer.provenance is None:
        fault = footer.provenance_fault
        return Light(LakeState.FOREIGN, fault or "Not written by Lakeside: no provenance in its footer.", at)
    if footer.provenance.contract_version != version:
        return Light(LakeState.STALE, covered.reason, at)
    return Light(LakeState.THERE, f"{footer.rows:,} rows from {footer.provenance.source}.", at)


def judge_table(
    covered: MonthCoverage, provenance: Provenance | None, publication: Publication | None
) -> Light[TableState]:
    """Are the rows of the lake's object those of the table."""
    rows, lake = covered.warehouse_rows, covered.lake_rows
    at = publication.published_at if publication else None
    if not rows and (publication is None or lake):
        return Light(TableState.MISSING, "No rows in the table.")
    if covered.key is None:
        return Light(TableState.DIFFERS, f"{rows or 0:,} rows, and no object in the lake.", at)
    if publication is not None and provenance is not None and publication.content_id != provenance.content_id:
        return Light(TableState.STALE, "From an older object: the lake's changed after it was loaded.", at)
    if lake is not None and (rows or 0) != lake:
        return Light(TableState.DIFFERS, f"{rows or 0:,} rows, {lake:,} in the lake.", at)
    if publication is None:
        return Light(TableState.UNKNOWN, f"{rows or 0:,} rows; from which object is not noted.", at)
    if provenance is None:
        return Light(TableState.UNKNOWN, f"{rows or 0:,} rows; the lake's object cannot be compared.", at)
    return Light(TableState.EQUAL, f"{rows or 0:,} rows, as many as in the lake.", at)


def judge_checks(
    covered: MonthCoverage, results: Sequence[CheckResult], publication: Publication | None
) -> Light[ChecksState]:
    """What the last result of each check says; known since the oldest of them."""
    light = judge_light(results, publication)
    if light is CheckLight.NONE:
        there = covered.key is not None or covered.warehouse_rows
        return Light(ChecksState.NONE, "Not checked yet." if there else "Nothing to check.")
    at = min(result.checked_at for result in results)
    red = [r for r in results if r.is_red]
    failed = [r.check for r in red if r.state is CheckState.FAILED]
    if light is CheckLight.RED and failed:
        return Light(ChecksState.FAILED, f"Failed: {_name(failed)}.", at)
    if light is CheckLight.RED:
        return Light(ChecksState.ERROR, f"Could not run: {_name([r.check for r in red])}.", at)
    if light is CheckLight.OUTDATED:
        return Light(ChecksState.OUTDATED, "Other rows were published after it was checked.", at)
    if light is CheckLight.YELLOW:
        warned = _name([r.check for r in results if r.is_bad])
        return Light(ChecksState.WARNED, f"Warned: {warned}.", at)
    return Light(ChecksState.PASSED, f"None of {len(results)} checks failed.", at)


def _name(checks: Sequence[str]) -> str:
    """`a, b, c and 2 more`."""
    more = len(checks) - _SHOWN_CHECKS
    return ", ".join(checks[:_SHOWN_CHECKS]) + (f" and {more} more" if more > 0 else "")


def find_null_share(provenance: Provenance | None) -> float | None:
    """The share of nulls in the columns the source had; None without figures."""
    if provenance is None:
        return None
    lacking = set(provenance.columns_missing)
    figures = [figure for figure in provenance.columns if figure.name not in lacking]
    values = sum(figure.count + figure.nulls for figure in figures)
    return sum(figure.nulls for figure in figures) / values if values else None


def _find_change(
    provenance: Provenance, probe: SourceProbe, contract: tuple[Dataset, ColumnPolicy]
) -> str | None:
    dataset, policy = contract
    if provenance.contract_version != dataset.version:
        return None  # that is the lake's light, not the source's
    return find_change(provenance, probe, dataset, policy)
