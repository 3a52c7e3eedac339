"""The schema of a parquet object as the file itself has it: leaf types, and what its writers noted beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.errors import decoded
from lakeside.lake.provenance import FOOTER_KEY

MAXIMUM_NOTES = 50
NOTE_CHARACTERS = 2_000
_KNOWN = {
    "ARROW:schema": "Arrow's own copy of the schema",
    "pandas": "what pandas keeps of its index and types",
    "org.apache.spark.sql.parquet.row.metadata": "Spark's own copy of the schema",
    "iceberg.schema": "Iceberg's own copy of the schema",
    FOOTER_KEY: "Lakeside's provenance: see Origin",
}


@dataclass(frozen=True, slots=True)
class LeafType:
    """A leaf column: its path, the type of its values, and the type they stand for (may be empty)."""

    path: str
    physical: str
    logical: str


@dataclass(frozen=True, slots=True)
class Note:
    """One key-value pair of the footer. `text` is its beginning, None where the value is no text.

    `known` says what it is, where that is known. Values are a stranger's: they are shown, never used.
    """

    key: str
    size_bytes: int
    text: str | None
    known: str = ""


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """Leaf columns in order, and the first 50 of `notes_in_all` notes."""

    leaves: tuple[LeafType, ...]
    notes: tuple[Note, ...]
    notes_in_all: int

    def list_leaves(self, column: str) -> list[LeafType]:
        """The leaves of a top-level column."""
        return [leaf for leaf in self.leaves if leaf.path == column or leaf.path.startswith(f"{column}.")]


def parse_schema(tail: bytes, url: str) -> ObjectSchema:
    """The schema in the last bytes of a parquet file; BadFile when Arrow cannot read them."""
    with decoded(url):
        metadata = pq.read_metadata(pa.BufferReader(tail))
        columns = [metadata.schema.column(number) for number in range(metadata.num_columns)]
        leaves = tuple(LeafType(c.path, str(c.physical_type), _name_logical(c)) for c in columns)
        values = dict(metadata.metadata or {})
    return ObjectSchema(leaves, tuple(_list_notes(values)), len(values))


def _name_logical(column: pq.ColumnSchema) -> str:
    name = str(column.logical_type)
    return "" if name == "None" else name


def _list_notes(values: Mapping[bytes, bytes]) -> Iterator[Note]:
    for raw, value in list(values.items())[:MAXIMUM_NOTES]:
        key = raw.decode(errors="replace")[:NOTE_CHARACTERS]
        known = _KNOWN.get(key, "")
        yield Note(key, len(value), None if known else _read_text(value), known)


def _read_text(value: bytes) -> str | None:
    try:
        text = value[: 4 * NOTE_CHARACTERS].decode()
    except UnicodeDecodeError as error:
        if error.start < len(value) - 3 and len(value) <= 4 * NOTE_CHARACTERS:
            return None
        text = value[: error.start].decode()
    return None if "\0" in text else text[:NOTE_CHARACTERS]
