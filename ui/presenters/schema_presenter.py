"""The schema of an object as people read it: columns, the contract's verdict, the table's answer, notes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lakeside.lake.schema_facts import LeafType, ObjectSchema
from lakeside.lake.schema_verdict import AppendVerdict, ColumnFit, ColumnVerdict, ContractVerdict
from ui.formats import UNKNOWN, format_bytes, format_count, format_counted
from ui.presenters.looks import Look
from ui.presenters.views import Answer, Column, Table, TableCell

COLUMNS_A_PAGE = 100
SHOWN_REASONS = 8
_SHOWN_NAMES = 8
_SHOWN_CHARACTERS = 160
_SHOWN_LEAVES = 3
_OLD_READERS = {"is_from_converted_type", "force_set_converted_type"}

_FITS = {
    ColumnFit.MATCHES: Look("✓", "matches", "good"),
    ColumnFit.RENAMED: Look("≈", "other name", "warn"),
    ColumnFit.RETYPED: Look("≠", "other type", "bad"),
    ColumnFit.OUTSIDE: Look("+", "outside", "odd"),
}
_YES, _NO, _OTHER = Look("✓", "yes", "good"), Look("✕", "no", "bad"), Look("≠", "drifts", "warn")


def count_column_pages(schema: pa.Schema) -> int:
    """Pages of the columns' table."""
    return max(1, -(-len(schema) // COLUMNS_A_PAGE))


def present_columns(
    schema: pa.Schema, facts: ObjectSchema, verdict: ContractVerdict | None, page: int
) -> Table:
    """A page of the columns, in their order."""
    judged = [Column("Contract"), Column("How it drifts")] if verdict else []
    titles = [Column("Column"), *judged, Column("Arrow type"), Column("In the file"), Column("May be null")]
    start = (page - 1) * COLUMNS_A_PAGE
    leaves: dict[str, list[LeafType]] = {}
    for leaf in facts.leaves:
        leaves.setdefault(leaf.path.split(".")[0], []).append(leaf)
    rows = []
    for number in range(start, min(len(schema), start + COLUMNS_A_PAGE)):
        field = schema.field(number)
        below = facts.list_leaves(field.name) if "." in field.name else leaves.get(field.name, [])
        fit = _present_fit(verdict.columns[number]) if verdict else []
        types = [_cut(str(field.type)), TableCell(_tell_leaves(below))]
        rows.append([_cut(field.name), *fit, *types, TableCell("yes" if field.nullable else "no")])
    return Table("Schema", titles, rows)


def _tell_leaves(leaves: Sequence[LeafType]) -> str:
    """`int64 as Timestamp(...)`; of nested columns the first leaves."""
    told = [
        leaf.physical.lower().replace("_", " ") + (f" as {_shorten(leaf.logical)}" if leaf.logical else "")
        for leaf in leaves[:_SHOWN_LEAVES]
    ]
    more = f" and {format_count(len(leaves) - _SHOWN_LEAVES)} more" if len(leaves) > _SHOWN_LEAVES else ""
    return ", ".join(told) + more if told else UNKNOWN


def _shorten(logical: str) -> str:
    """`Timestamp (microseconds, wall clock)` for what parquet spells out; without notes on older readers."""
    name, _, rest = logical.partition("(")
    given = dict(part.split("=", 1) for part in rest.rstrip(")").split(", ") if "=" in part)
    clock = {"false": "wall clock", "true": "UTC"}.get(given.pop("isAdjustedToUTC", ""))
    notes = {key: value for key, value in given.items() if key not in _OLD_READERS}
    kept = [value if key == "timeUnit" else f"{key} {value}" for key, value in notes.items()]
    told = [*kept, *([clock] if clock else [])]
    return f"{name} ({', '.join(told)})" if told else name


def _present_fit(column: ColumnVerdict) -> list[TableCell]:
    return [TableCell("", look=_FITS[column.fit]), TableCell(column.words)]


def present_contract(verdict: ContractVerdict) -> Answer:
    """Does the object follow a dataset's contract."""
    question = f"Does it follow the contract of {verdict.dataset} (version {verdict.version})?"
    lacking = [f"Not in the file: {_name(verdict.missing)}."] if verdict.missing else []
    if verdict.refusal:
        return Answer(question, _NO, verdict.refusal, lacking)
    if verdict.matches:
        return Answer(question, _YES, "Every column is the contract's, by name and type.", lacking)
    drifting = sum(column.fit is not ColumnFit.MATCHES for column in verdict.columns)
    words = (
        f"{format_counted(drifting, 'column')} of {format_count(len(verdict.columns))} drift."
        if drifting
        else "Its columns do, but it lacks columns that every row has."
    )
    return Answer(question, _OTHER, words, lacking)


def present_append(verdict: AppendVerdict | None, table: str) -> Answer:
    """Would it append to a table as it is; None: there is no such table."""
    question = f"Would it append to the table {table} as it is?"
    if verdict is None:
        return Answer(question, _YES, "There is no such table yet: it would be made with these columns.")
    reasons = list(verdict.reasons[:SHOWN_REASONS])
    if len(verdict.reasons) > SHOWN_REASONS:
        reasons.append(f"And {format_counted(len(verdict.reasons) - SHOWN_REASONS, 'reason')} more.")
    if verdict.adds:
        reasons.append(f"The table does not have: {_name(verdict.adds)}.")
    if not verdict.appends:
        return Answer(question, _NO, "Conform it first: ingest the month from a source.", reasons)
    words = "It would, and the table gets new columns." if verdict.adds else "It would."
    return Answer(question, _YES, words, reasons)


def present_notes(facts: ObjectSchema) -> Table | None:
    """The footer's key-value pairs, cut short; None when there is none."""
    titles = [Column("Key"), Column("Size", numeric=True), Column("Value")]
    rows = []
    for note in facts.notes:
        value = TableCell(note.known or "not text") if note.text is None else _cut(note.text)
        rows.append([_cut(note.key), TableCell(format_bytes(note.size_bytes)), value])
    return Table("Key-value metadata of the footer", titles, rows) if rows else None


def tell_notes(facts: ObjectSchema) -> str:
    """How many notes there are, and that they are shown as they are."""
    cut = f"; the first {len(facts.notes)} are shown" if facts.notes_in_all > len(facts.notes) else ""
    return f"{format_counted(facts.notes_in_all, 'note')} of its writers in the footer{cut}."


def _name(names: Sequence[str]) -> str:
    more = f" and {format_count(len(names) - _SHOWN_NAMES)} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(name[:60] for name in names[:_SHOWN_NAMES]) + more


def _cut(text: str) -> TableCell:
    plain = " ".join(text.split())
    if len(plain) <= _SHOWN_CHARACTERS:
        return TableCell(plain)
    return TableCell(f"{plain[:_SHOWN_CHARACTERS]}…", title=plain[:1_000])
