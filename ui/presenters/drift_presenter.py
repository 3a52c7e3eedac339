"""How columns drift: a matrix of columns by months, every change marked, and the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lakeside.lake.schemas import ColumnDrift, MonthSchema, SchemaMatrix, Verdict, is_alias
from ui.formats import format_count, format_counted
from ui.presenters.looks import Look, Tone
from ui.presenters.places import link_to_object
from ui.presenters.views import Column, Fact, Table, TableCell

MAXIMUM_CELLS = 12_000  # some two megabytes of page
ALL, DRIFTING = "all", "drift"

CHANGES: dict[str, Look] = {
    "type": Look("≠", "type", "bad", "another type than the month before"),
    "name": Look("Aa", "name", "odd", "the same column, written differently"),
    "alias": Look("⇄", "renamed", "odd", "renamed (known alias): another name that the contract knows"),
    "new": Look("+", "new", "info", "was not there the month before"),
    "gone": Look("−", "gone", "warn", "was there the month before"),
}
VERDICTS: dict[str, Look] = {
    Verdict.APPENDS: Look("✓", "appends", "good", "its rows would append to the table as they are"),
    Verdict.ADDS_COLUMNS: Look("+", "adds columns", "info", "would append and give the table new columns"),
    Verdict.CONFORM_FIRST: Look("↻", "conform first", "warn", "names or types differ from the table's"),
    Verdict.REFUSED: Look("≠", "refused", "bad", "not this dataset's rows"),
    Verdict.UNREADABLE: Look("✕", "unreadable", "bad", "has no parquet footer that can be read"),
    Verdict.SAME: Look("=", "same", "good", "the same columns as the object before"),
    Verdict.DIFFERS: Look("≠", "differs", "warn", "other columns or types than the object before"),
}
_SHORT = (
    ("timestamp[", "ts["),
    ("dictionary<values=", "dict<"),
    (", indices=int32, ordered=0", ""),
    ("fixed_size_binary", "bytes"),
    ("element: ", ""),
)


@dataclass(frozen=True, slots=True)
class DriftCell:
    """A column in a month: its type, how it changed, where it leads. Without text it is not there."""

    text: str = ""
    change: Look | None = None
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class DriftRow:
    """A column: its name, its place in the table, when it was seen, and its cells."""

    name: str
    note: str
    seen: str
    cells: Sequence[DriftCell]


@dataclass(frozen=True, slots=True)
class DriftHead:
    """A month above the matrix; `year` is None where the object has a name instead of a month."""

    label: str
    year: str | None
    verdict: Look
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class DriftView:
    """The whole page. `cut` says what is not drawn, in a sentence, or is empty."""

    title: str
    facts: Sequence[Fact]
    heads: Sequence[DriftHead]
    rows: Sequence[DriftRow]
    legend: Sequence[tuple[Look, int]]
    changes: Sequence[str]
    verdict_question: str
    verdicts: Table
    cut: str


def present_drift(matrix: SchemaMatrix, shown: str = ALL) -> DriftView:
    """Everything the page draws; with `DRIFTING` only columns that change."""
    marks = {column.name: _mark_changes(column, matrix.objects) for column in matrix.columns}
    columns = [c for c in matrix.columns if shown == ALL or marks[c.name]]
    fitting = columns[: max(1, MAXIMUM_CELLS // max(1, len(matrix.objects)))]
    labels = {one.key: one.label for one in matrix.objects}
    rows = [_present_row(column, matrix.objects, marks[column.name], labels) for column in fitting]
    return DriftView(
        title=matrix.dataset or matrix.prefix,
        facts=_present_facts(matrix, marks),
        heads=[_present_head(one) for one in matrix.objects],
        rows=rows,
        legend=list(_count_looks(matrix, marks)),
        changes=matrix.changes,
        verdict_question="Would each append?" if matrix.dataset else "Is each like the one before?",
        verdicts=_present_verdicts(matrix.objects),
        cut=_tell_cut(matrix, len(fitting), len(columns)),
    )


def _mark_changes(column: ColumnDrift, objects: Sequence[MonthSchema]) -> dict[str, str]:
    """Object key -> how the column changed against the last readable object before it."""
    marks: dict[str, str] = {}
    readable = [one.key for one in objects if one.verdict is not Verdict.UNREADABLE]
    last: str | None = None  # where the column was seen last
    for before, key in zip([None, *readable], readable, strict=False):
        if key not in column.types:
            if before is not None and before in column.types:
                marks[key] = "gone"
            continue
        if last is not None and column.types[last] != column.types[key]:
            marks[key] = "type"
        elif last is not None and column.spellings[last] != column.spellings[key]:
            marks[key] = "alias" if is_alias(column.spellings[last], column.spellings[key]) else "name"
        elif before is not None and before not in column.types:
            marks[key] = "new"
        last = key
    return marks


def _present_row(
    column: ColumnDrift, objects: Sequence[MonthSchema], marks: Mapping[str, str], labels: Mapping[str, str]
) -> DriftRow:
    if column.contract_column is None:
        note = ""
    elif column.contract_column == column.name:
        note = f"{column.table_type}"
    else:
        note = f"{column.contract_column} {column.table_type}"
    first, last = column.first_seen, column.last_seen
    everywhere = first == objects[0].label and last == objects[-1].label if objects else False
    seen = "" if everywhere else first if first == last else f"{first} … {last}"
    return DriftRow(
        column.name.strip() or "(no name)", note, seen, list(_present_cells(column, objects, marks, labels))
    )


def _present_cells(
    column: ColumnDrift, objects: Sequence[MonthSchema], marks: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[DriftCell]:
    before: str | None = None
    for one in objects:
        change = CHANGES[marks[one.key]] if one.key in marks else None
        data_type = column.types.get(one.key)
        if data_type is None:
            was = f"; it was in {labels[before]}" if change and before else ""
            yield DriftCell(change=change, title=f"{column.name} is not in {one.label}{was}")
            continue
        written = column.spellings[one.key]
        title = f"{one.label}: {written} is {data_type}"
        if change is not None and before is not None and marks[one.key] != "new":
            title += f"; in {labels[before]} {column.spellings[before]} is {column.types[before]}"
        before = one.key
        yield DriftCell(shorten_type(data_type), change, title, link_to_object(one.key, tab="schema"))


def shorten_type(data_type: str, width: int = 11) -> str:
    """`timestamp[us]` as `ts[us]`, and so on; what is longer ends in an ellipsis."""
    for long, short in _SHORT:
        data_type = data_type.replace(long, short)
    return data_type if len(data_type) <= width else f"{data_type[: width - 1]}…"


def is_month(one: MonthSchema) -> bool:
    """Whether the label is a month, not a key."""
    return len(one.label) == 7 and one.label != one.key


def _present_head(one: MonthSchema) -> DriftHead:
    look = VERDICTS[one.verdict]
    reasons = " ".join(one.reasons[:4]) + (f" And {len(one.reasons) - 4} more." if one.reasons[4:] else "")
    return DriftHead(
        label=one.label[5:] if is_month(one) else one.key.rpartition("/")[2],
        year=one.label[:4] if is_month(one) else None,
        verdict=look,
        title=f"{one.key}: {look.word}. {reasons}".strip(),
        href=link_to_object(one.key, tab="schema"),
    )


def _present_facts(matrix: SchemaMatrix, marks: Mapping[str, Mapping[str, str]]) -> list[Fact]:
    objects = matrix.objects
    months = [one.label for one in objects if is_month(one)]
    span = f"{months[0]} to {months[-1]}" if months else f"below {matrix.prefix}"
    drifting = sum(1 for found in marks.values() if found)
    foreign = sum(one.foreign for one in objects)
    good = (Verdict.APPENDS, Verdict.ADDS_COLUMNS, Verdict.SAME)
    appending = sum(one.verdict in good for one in objects)
    what = "Would append" if matrix.dataset else "Alike"
    return [
        Fact("Objects", format_count(len(objects)) + ("+" if matrix.truncated else ""), span),
        Fact("Columns", format_count(len(matrix.columns)), "over all of them"),
        Fact("Drifting", format_count(drifting), "columns that come, go or change", _tone(drifting == 0)),
        Fact(what, f"{appending} of {len(objects)}", "as they are", _tone(appending == len(objects))),
        Fact("Foreign", format_count(foreign), "not written by Lakeside"),
    ]


def _tone(good: bool) -> Tone:
    return "good" if good else "warn"


def _count_looks(matrix: SchemaMatrix, marks: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Look, int]]:
    found = [mark for cells in marks.values() for mark in cells.values()]
    yield from ((look, found.count(name)) for name, look in CHANGES.items() if name in found)
    said = [one.verdict for one in matrix.objects]
    yield from ((look, said.count(Verdict(name))) for name, look in VERDICTS.items() if name in said)


def _present_verdicts(objects: Sequence[MonthSchema]) -> Table:
    """Neighbours that are judged alike share a line."""
    columns = [Column("Objects"), Column("Written by"), Column("Verdict"), Column("Why")]
    rows = []
    for (verdict, foreign, reasons), run in groupby(
        objects, lambda one: (one.verdict, one.foreign, tuple(one.reasons))
    ):
        members = list(run)
        name = members[0].label
        if len(members) > 1:
            name = f"{name} to {members[-1].label} ({format_counted(len(members), 'object')})"
        why = " ".join(reasons[:6]) + (f" And {len(reasons) - 6} more." if reasons[6:] else "")
        rows.append(
            [
                TableCell(name, href=link_to_object(members[0].key, tab="schema")),
                TableCell("others" if foreign else "Lakeside"),
                TableCell("", look=VERDICTS[verdict]),
                TableCell(why or VERDICTS[verdict].meaning.capitalize() + "."),
            ]
        )
    return Table("Verdicts", columns, rows)


def _tell_cut(matrix: SchemaMatrix, fitting: int, wanted: int) -> str:
    parts = []
    if matrix.truncated:
        parts.append(f"Only {format_count(len(matrix.objects))} objects are compared: there are more.")
    if fitting < wanted:
        parts.append(f"Drawn are the first {format_count(fitting)} of {format_count(wanted)} columns.")
    return " ".join(parts)
