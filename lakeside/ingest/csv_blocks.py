"""A block of CSV lines to columns: fast where the lines are as the header says, exact where not.

Three ways, each only for what the one before could not do:
1. pyarrow parses the block with every column's type declared.
2. Lines with another number of fields are handed out by pyarrow's parser and looked at one by one:
   empty surplus fields at the end are trimmed, anything else is set aside.
3. A column with a value that does not parse is read as raw bytes and converted value by value.

A line is a row; quoted fields may hold commas and quotes but no line ends (no TLC file has them).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from lakeside.errors import BadFile
from lakeside.ingest.arrays import flags_of, from_numpy
from lakeside.ingest.conform import Batch, Conformed, conform, merge
from lakeside.ingest.plan import Plan
from lakeside.ingest.rejects import Reason, Reject

_LINE_END = re.compile(rb"\r\n|\n|\r")
_FAILED_COLUMN = re.compile(r"In CSV column #(\d+)")
_LOOKED_AT = 200


@dataclass(slots=True)
class CsvFormat:
    """How the lines of one file are read.

    `width` is the number of fields most lines have; older TLC files have two more than the header.
    `raw` are the places of columns that have held a value pyarrow does not parse; it grows while blocks
    are parsed, in any order: it decides how fast a column is read, never what comes out.
    """

    plan: Plan
    width: int
    raw: set[int] = field(default_factory=set)


def read_header(block: bytes, file: str) -> tuple[list[str], bytes]:
    """The header's names and the lines after it.

    Raises:
        BadFile: there is no header, it is an HTML page or another kind of file, or not UTF-8.
    """
    head = block.lstrip(b" \t\r\n")
    _refuse_other_kinds(head, file)
    match = _LINE_END.search(head)
    line, rest = (head[: match.start()], head[match.end() :]) if match else (head, b"")
    try:
        names = next(csv.reader([line.decode()]), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{file} is not a CSV file: its header cannot be read ({error}).", _HINT) from error
    return names, rest


_HINT = "Check the URL template of the source."


def _refuse_other_kinds(head: bytes, file: str) -> None:
    if not head:
        raise BadFile(f"{file} is empty.", _HINT)
    start = head[:512].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<error")):
        raise BadFile(f"{file} is an HTML or XML page, not a CSV file.", _HINT)
    if start.startswith((b"<<<<<<<", b">>>>>>>")):
        raise BadFile(
            f"{file} begins with a conflict marker of version control, {bytes(head[:7]).decode()}.",
            "Resolve the conflict in the file, or take it from its source again.",
        )
    if start.startswith(b"par1") or b"\0" in start:
        raise BadFile(f"{file} is not a CSV file: it holds binary data.", _HINT)


def find_format(plan: Plan, lines: bytes) -> CsvFormat:
    """How the file's lines are read, judged by its first ones. The answer decides speed, not content."""
    sample = [t for t in _LINE_END.split(lines[: 64 << 10])[:_LOOKED_AT] if t]
    widths = Counter(
        len(fields) for fields in csv.reader(t.decode(errors="replace") for t in sample[:-1] or sample)
    )
    usual = widths.most_common(1)[0][0] if widths else 0
    raw = {c.position for c in plan.kept if c.codes and _has_codes(sample, c.position)}
    return CsvFormat(plan, max(usual, len(plan.headers)), raw)


def _has_codes(sample: list[bytes], position: int) -> bool:
    rows = csv.reader(t.decode(errors="replace") for t in sample)
    return any(not row[position].strip().isdigit() for row in rows if len(row) > position and row[position])


def parse_block(block: bytes, format_: CsvFormat) -> Conformed:
    """Parse and conform a block of whole lines."""
    lines = _Lines(block)
    parsed = _parse(block, lines, format_)
    if parsed is None:
        return conform(_look_at(lines.all(), format_.plan), format_.plan)
    table, odd = parsed
    columns = [_whole(c) for c in table.columns]
    kept = len(format_.plan.kept)
    batch = Batch(table.num_rows + len(odd), columns[:kept], lines.text_of)
    if odd:
        batch.rows = np.delete(np.arange(batch.rows_read), [row for row, _ in odd])
    if format_.width > len(format_.plan.headers):
        _trim_surplus(batch, columns[kept:])
    usual = conform(batch, format_.plan)
    return usual if not odd else merge(usual, conform(_look_at(odd, format_.plan), format_.plan))


def _parse(block: bytes, lines: _Lines, format_: CsvFormat) -> tuple[pa.Table, list[tuple[int, str]]] | None:
    """What pyarrow makes of the block, and the lines it hands out; None when it makes nothing of it.

    That is: bytes that are not UTF-8, or a quote that never ends, which takes the lines after it along.
    """
    if not lines.are_utf8():
        return None
    odd: list[tuple[int, str]] = []
    while True:
        odd.clear()
        try:
            table = _read(block, format_, odd)
        except pa.ArrowInvalid as error:
            failed = _FAILED_COLUMN.search(str(error))
            if failed is None or int(failed[1]) in format_.raw:
                return None
            format_.raw.add(int(failed[1]))
            continue
        return (table, odd) if lines.are_as_many_as(table.num_rows + len(odd)) else None


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _read(block: bytes, format_: CsvFormat, odd: list[tuple[int, str]]) -> pa.Table:
    """Parse with pyarrow; `odd` gets the lines with another number of fields."""
    if block[:1] in b"\r\n" and not block.strip(b"\r\n"):
        return _empty(format_)

    def hand_out(row: Any) -> str:
        odd.append((row.number - 1, row.text))
        return "skip"

    plan, width = format_.plan, format_.width
    names = [str(place) for place in range(width)]
    surplus = names[len(plan.headers) :]
    types = {
        str(c.position): pa.binary() if c.position in format_.raw else c.kind.arrow_type for c in plan.kept
    }
    types |= dict.fromkeys(surplus, pa.binary())
    return arrow_csv.read_csv(
        pa.py_buffer(block),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
        parse_options=arrow_csv.ParseOptions(
            quote_char='"' if b'"' in block else False, invalid_row_handler=hand_out
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=[str(c.position) for c in plan.kept] + surplus,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _empty(format_: CsvFormat) -> pa.Table:
    names = [str(c.position) for c in format_.plan.kept]
    names += [str(p) for p in range(len(format_.plan.headers), format_.width)]
    return pa.table({name: pa.array([], pa.binary()) for name in names})


def _trim_surplus(batch: Batch, surplus: list[pa.Array]) -> None:
    """Drop the fields after the header's last; a row where one is not empty is set aside."""
    rows = np.arange(batch.rows_read) if batch.rows is None else batch.rows
    filled = np.zeros(len(rows), dtype=bool)
    for array in surplus:
        if array.null_count < len(array):
            filled |= flags_of(array.is_valid())
    batch.surplus_fields_trimmed += int(len(surplus) * (len(rows) - filled.sum()))
    if not filled.any():
        return
    for at in np.flatnonzero(filled):
        value = next(str(a[at].as_py().decode(errors="replace")) for a in surplus if a[at].is_valid)
        row = int(rows[at])
        batch.rejects.append(Reject(row, Reason.SURPLUS_FIELD, None, value, batch.line_of(row)))
    batch.columns = [column.filter(from_numpy(~filled, pa.bool_())) for column in batch.columns]
    batch.rows = rows[~filled]


def _look_at(odd: list[tuple[int, str]], plan: Plan) -> Batch:
    """Lines with an unusual number of fields, one by one; columns are raw bytes still to be converted."""
    text_of = {
        row: text.encode(errors="surrogateescape").decode(errors="backslashreplace") for row, text in odd
    }
    rows: list[int] = []
    fields: list[list[str]] = []
    batch = Batch(len(odd), [], text_of.__getitem__)
    for row, text in odd:
        values = _split(text)
        reason, column = _judge(values, plan)
        if reason is None:
            rows.append(row)
            fields.append(values)
            batch.surplus_fields_trimmed += len(values) - len(plan.headers)
        else:
            value = next((_show(v) for v in values[len(plan.headers) :] if v), None)
            batch.rejects.append(Reject(row, reason, column, value, text_of[row]))
    batch.rows = np.array(rows, dtype=np.int64)
    batch.columns = [
        pa.array([row[c.position].encode(errors="surrogateescape") for row in fields], pa.binary())
        for c in plan.kept
    ]
    return batch


def _show(text: str) -> str:
    """Text for people: bytes that are not UTF-8 as escapes."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader([text]), [])
    except csv.Error:  # a field of more than 128 KiB
        return text.split(",")


def _judge(values: list[str], plan: Plan) -> tuple[Reason | None, str | None]:
    expected = len(plan.headers)
    if len(values) < expected:
        return Reason.TOO_FEW_FIELDS, plan.headers[len(values)].strip()
    if any(values[expected:]):
        return Reason.SURPLUS_FIELD, None
    return None, None


class _Lines:
    """The block's rows as text, split only when a row is asked for."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._lines: list[bytes] | None = None

    def text_of(self, row: int) -> str:
        return self._split()[row].decode(errors="backslashreplace")

    def all(self) -> list[tuple[int, str]]:
        """Every row's number and text; bytes that are not UTF-8 survive as surrogates."""
        return [(row, line.decode(errors="surrogateescape")) for row, line in enumerate(self._split())]

    def are_utf8(self) -> bool:
        """Whether the block is text as it should be."""
        if self._block.isascii():
            return True
        try:
            self._block.decode()
        except UnicodeDecodeError:
            return False
        return True

    def are_as_many_as(self, rows: int) -> bool:
        """Whether each line became one row; only quotes can make it otherwise."""
        if b'"' not in self._block:
            return True
        ends = self._block.count(b"\n") + (not self._block.endswith(b"\n"))
        return ends == rows or len(self._split()) == rows

    def _split(self) -> list[bytes]:
        if self._lines is None:
            self._lines = [line for line in _LINE_END.split(self._block) if line]
        return self._lines
