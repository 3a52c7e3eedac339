"""Versions of an object as people read them: the list, what differs between two, what restoring does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lakeside.datasets.contract import Kind
from lakeside.lake.version_compare import Basis, Change, ColumnDifference, ColumnState, VersionDifference
from lakeside.lake.version_facts import VersionFacts, VersionHistory
from lakeside.restoring import RestorePlan
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_difference,
    format_relative,
    format_rows,
    format_utc,
)
from ui.presenters.listing_presenter import present_writer
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.places import link_to_run
from ui.presenters.views import Column, Table, TableCell

SHOWN_DIFFERENCES = 200
_LONGEST_VALUE = 60
_LONGEST_TITLE = 1_000

_STATES = {
    ColumnState.ADDED: Look("+", "added", "good"),
    ColumnState.REMOVED: Look("−", "removed", "bad"),
    ColumnState.CHANGED: Look("≠", "changed", "warn"),
}
REMOVED_LOOK = Look("−", "removed", "warn")
_EQUAL = Look("=", "equal", "good")
_DIFFERENT = Look("≠", "different", "warn")
_FIGURES = {
    "count": "Values",
    "nulls": "Null",
    "sum": "Sum",
    "min": "Smallest",
    "max": "Largest",
    "distinct": "Distinct",
}
_BASIS = {
    Basis.PROVENANCE: "exact",
    Basis.STATISTICS: "footer",
    Basis.NOTHING: "",
}
_FACTS = {
    "source": "Source",
    "source_url": "Source's address",
    "source_etag": "Source's ETag",
    "source_sha256": "Source's sha256",
    "rows_rejected": "Rows set aside",
    "contract_version": "Contract version",
}
_FACT_TITLES = (Column("Origin"), Column("Before"), Column("After"))


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The list, what can be chosen (version -> label, newest first), and how long versions are kept.

    `names` are short ones: version -> `live`, `earlier 1`, …; `live` is the live version.
    """

    table: Table
    labels: Mapping[str, str]
    names: Mapping[str, str]
    live: str | None
    retention: Sequence[str]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Two versions compared: a verdict, a line that puts it in place, and what differs."""

    look: Look
    verdict: str
    summary: str
    columns: Table | None
    facts: Table | None
    notes: Sequence[str]


def present_history(history: VersionHistory, now: datetime) -> HistoryView:
    """Every version a line, the live one first."""
    columns = [
        Column("Version"),
        Column("Rows", numeric=True),
        Column("Size", numeric=True),
        Column("Source"),
        Column("Written by"),
        Column("Written"),
        Column("Replaced or removed"),
    ]
    rows: list[list[TableCell]] = []
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    live = None
    for one in history.versions:
        version, place = one.object.version, len(rows) + (live is None)
        live = version if one.object.is_live else live
        names[version] = "live" if one.object.is_live else f"earlier {place}"
        labels[version] = _label(one, names[version], now)
        rows.append(_present_version(one, names[version], now))
    retention = list(history.retention.sentences)
    if history.truncated:
        retention.insert(0, f"The newest {format_count(len(rows))} are shown; there are older ones.")
    return HistoryView(Table("Versions of the object", columns, rows), labels, names, live, retention)


def _present_version(one: VersionFacts, name: str, now: datetime) -> list[TableCell]:
    found, run = one.object, one.run_id
    look = Look("●", name, "good") if found.is_live else Look("○", name, "quiet")
    source = TableCell(one.source or UNKNOWN)
    if one.fault:
        source = TableCell("", look=COVERAGE["broken"], title=one.fault)
    writer = TableCell(
        present_writer(one.footer) if one.footer else UNKNOWN, href=link_to_run(run) if run else None
    )
    return [
        TableCell("", look=look, title=found.version),
        TableCell(format_count(one.footer.rows if one.footer else None)),
        TableCell(format_bytes(found.size_bytes), title=f"{format_count(found.size_bytes)} bytes"),
        source,
        writer,
        TableCell(format_relative(found.modified_at, now), title=format_utc(found.modified_at)),
        TableCell(
            format_relative(found.replaced_at, now) if found.replaced_at else "",
            title=format_utc(found.replaced_at) if found.replaced_at else None,
        ),
    ]


def _label(one: VersionFacts, name: str, now: datetime) -> str:
    rows = f", {format_rows(one.footer.rows)}" if one.footer else ""
    return f"{name}: written {format_relative(one.object.modified_at, now)}{rows}"


def present_difference(found: VersionDifference) -> DifferenceView:
    """What differs, a line a column; at most `SHOWN_DIFFERENCES` lines."""
    differing = [column for column in found.columns if column.state is not ColumnState.SAME]
    figures = [name for name in _FIGURES if any(c.name == name for one in differing for c in one.changes)]
    titles = [Column("Column"), Column(""), Column("By"), Column("Type")]
    titles += [Column(_FIGURES[name], numeric=True) for name in figures]
    lines = [_present_column(column, figures) for column in differing[:SHOWN_DIFFERENCES]]
    facts = [_present_fact(fact) for fact in found.facts]
    notes = list(_tell_notes(found))
    if len(differing) > SHOWN_DIFFERENCES:
        notes.insert(0, f"The first {SHOWN_DIFFERENCES} of {format_count(len(differing))} columns are shown.")
    return DifferenceView(
        look=_EQUAL if found.is_equal else _DIFFERENT,
        verdict=_tell_verdict(found, len(differing)),
        summary=_tell_rows(found),
        columns=Table("Columns that differ", titles, lines) if lines else None,
        facts=Table("Origin", _FACT_TITLES, facts) if facts else None,
        notes=notes,
    )


def _tell_verdict(found: VersionDifference, differing: int) -> str:
    if found.same_content:
        return "Both versions hold the same content."
    if found.is_equal:
        return "Nothing differs that the footers tell."
    if not differing:
        return "The columns agree." if found.old_rows == found.new_rows else "The number of rows differs."
    return f"{format_count(differing)} of {format_counted(len(found.columns), 'column')} differ."


def _tell_rows(found: VersionDifference) -> str:
    rows = format_difference(found.new_rows - found.old_rows)
    size = found.new.size_bytes - found.old.size_bytes
    sign = "+" if size > 0 else "−" if size < 0 else ""
    return (
        f"{format_rows(found.old_rows)} before, {format_rows(found.new_rows)} after ({rows}); "
        f"{format_bytes(found.old.size_bytes)} before, {format_bytes(found.new.size_bytes)} after "
        f"({sign}{format_bytes(abs(size))})."
    )


def _tell_notes(found: VersionDifference) -> Iterator[str]:
    if found.moved:
        yield "The columns stand in another order."
    bases = {column.basis for column in found.columns}
    if Basis.PROVENANCE in bases:
        yield "exact: taken of every value when Lakeside wrote the object; the sum of a text is its length."
    if Basis.STATISTICS in bases:
        yield "footer: nulls and bounds of the parquet footer, which has no sums: equal bounds prove little."
    if Basis.NOTHING in bases:
        yield "Columns without figures are compared by name and type only."


def _present_column(column: ColumnDifference, figures: Sequence[str]) -> list[TableCell]:
    changes = {change.name: change for change in column.changes}
    name = f"{column.renamed_from} → {column.name}" if column.renamed_from else column.name
    types = column.new_type or column.old_type or UNKNOWN
    if column.old_type and column.new_type and column.old_type != column.new_type:
        types = f"{column.old_type} → {column.new_type}"
    cells = [_present_change(changes.get(figure), column.kind) for figure in figures]
    basis = TableCell(_BASIS[column.basis])
    return [TableCell(name), TableCell("", look=_STATES[column.state]), basis, TableCell(types), *cells]


def _present_change(change: Change | None, kind: Kind | None) -> TableCell:
    if change is None:
        return TableCell("")
    if change.name != "sum":
        words = f"{_value(change.old)} → {_value(change.new)}"
        return TableCell(words.replace("T", " ") if kind is Kind.TIMESTAMP else words)
    if kind in (Kind.TIMESTAMP, Kind.DATE):  # a sum of seconds since 1970 says nothing to people
        return TableCell("differs", title=f"{change.old} → {change.new}")
    return TableCell(f"{_sum(change.old, kind)} → {_sum(change.new, kind)}")


def _sum(value: Any, kind: Kind | None) -> str:
    """A sum as people read it: dollars, rounded doubles, whole numbers."""
    if value is None:
        return UNKNOWN
    if kind is Kind.MONEY:
        return f"${int(value) / 1e6:,.2f}"
    return f"{float(value):,.9g}" if kind is Kind.FLOAT else format_count(int(value))


def _present_fact(fact: Change) -> list[TableCell]:
    return [TableCell(_FACTS.get(fact.name, fact.name)), _fact_cell(fact.old), _fact_cell(fact.new)]


def _fact_cell(value: Any) -> TableCell:
    text = _value(value)
    return TableCell(text, title=str(value)[:_LONGEST_TITLE] if text.endswith("…") else None)


def _value(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, int) and not isinstance(value, bool):
        return format_count(value)
    text = str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def present_restore(plan: RestorePlan) -> list[str]:
    """What will happen, in sentences, before it is confirmed."""
    rows = format_rows(plan.rows) if plan.rows is not None else "an unknown number of rows"
    live_rows = f" ({format_rows(plan.live_rows)})" if plan.live_rows is not None else ""
    sentences = [f"A copy of this version ({rows}) becomes the live object {plan.key}."]
    sentences.append(
        f"What is live now{live_rows} is kept as an earlier version. Nothing is deleted."
        if plan.live
        else "The object is not in the lake now; it will be there again."
    )
    if plan.same_content:
        sentences.append("Both hold the same content.")
    if plan.coverage is not None:
        word = find_look(COVERAGE, plan.coverage.value).word
        sentences.append(f"The month will then be: {word}. {_tell_coverage(plan)}")
    elif plan.reason:
        sentences.append(plan.reason)
    return sentences


def _tell_coverage(plan: RestorePlan) -> str:
    if plan.coverage == "published":
        return "The table holds exactly this content."
    needs_load = plan.coverage in ("stale", "in_lake", "mismatch") and "contract" not in plan.reason
    return f"{plan.reason} Load the month to bring the table along." if needs_load else plan.reason
