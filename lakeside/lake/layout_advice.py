"""What could be better about the layout of a parquet object, for BigQuery and for reading pages of rows.

Limits and codecs are those of Google's page "Loading Parquet data from Cloud Storage": row groups of at
least 16 MiB; GZip, LZO, LZ4_RAW, Snappy and ZSTD; smaller pages beyond 100 columns; 10,000 columns a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lakeside.lake.layout_facts import ColumnLayout, ObjectLayout

BIGQUERY_GROUP_BYTES = 16 << 20
LARGE_GROUP_BYTES = 1 << 30
ALONE_BYTES = 256 << 20
SMALL_FILE_BYTES = 8_000_000
MANY_FILES = 50
MANY_COLUMNS, MOST_COLUMNS = 100, 10_000
_LOADABLE = {"GZIP", "LZO", "LZ4_RAW", "SNAPPY", "ZSTD", "UNCOMPRESSED"}
_REWRITE = "Write it again with"
_NAMED = 4


class Weight(StrEnum):
    """How much it matters."""

    PROBLEM = "problem"  # BigQuery refuses the file, or reads it as something else
    SLOW = "slow"  # it works, and costs time or money
    HINT = "hint"  # good to know


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that could be better: what it is, why that matters, and what to do."""

    weight: Weight
    title: str
    why: str
    what: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The parquet objects in the same folder, this one too; `truncated`: there are more."""

    objects: int
    size_bytes: int
    truncated: bool = False


def advise(layout: ObjectLayout, neighbours: Neighbours | None = None) -> list[Advice]:
    """What could be better, what matters most first; nothing for a file that is fine."""
    found = [
        *_judge_groups(layout),
        *_judge_codecs(layout),
        *_judge_columns(layout),
        *_judge_statistics(layout),
        *(_judge_neighbours(neighbours) if neighbours else ()),
    ]
    order = list(Weight)
    return sorted(found, key=lambda one: order.index(one.weight))


def _judge_groups(layout: ObjectLayout) -> Iterator[Advice]:
    middle_rows = layout.rows_a_group[1]
    stored = layout.compressed_bytes // max(1, layout.groups_examined)
    if layout.rows == 0:
        yield Advice(Weight.HINT, "It has no rows", "There is nothing to load or to show.", "Remove it.")
    elif layout.row_groups > 1 and stored < BIGQUERY_GROUP_BYTES:
        yield Advice(
            Weight.SLOW if stored < BIGQUERY_GROUP_BYTES // 16 else Weight.HINT,
            f"Small row groups: about {middle_rows:,} rows and {_megabytes(stored)} each",
            "BigQuery advises at least 16 MiB: smaller ones make loads and queries wait for many reads.",
            f"{_REWRITE} larger row groups, for example row_group_size=1_000_000.",
        )
    elif layout.row_groups == 1 and layout.size_bytes > ALONE_BYTES:
        yield Advice(
            Weight.SLOW,
            "One row group holds everything",
            "No part can be skipped by its statistics or read in parallel, and a page from the end of the "
            "file reads all pages before it.",
            f"{_REWRITE} row groups of 100,000 to 1,000,000 rows.",
        )
    if layout.bytes_a_group[2] > LARGE_GROUP_BYTES:
        yield Advice(
            Weight.SLOW,
            f"Large row groups: up to {_megabytes(layout.bytes_a_group[2])} uncompressed",
            "A row group is what one worker reads and what many tools keep in memory as a whole.",
            f"{_REWRITE} smaller row groups, a few hundred megabytes at most.",
        )
    if layout.footer_bytes > 1_000_000 and layout.footer_bytes * 10 > layout.size_bytes:
        yield Advice(
            Weight.SLOW,
            f"The footer is {_share(layout.footer_bytes, layout.size_bytes)} of the file",
            "It is read before anything else, and it grows with columns times row groups.",
            f"{_REWRITE} larger row groups, or fewer columns.",
        )


def _judge_codecs(layout: ObjectLayout) -> Iterator[Advice]:
    codecs = layout.codecs
    refused = [codec for codec in codecs if codec not in _LOADABLE]
    if refused:
        yield Advice(
            Weight.PROBLEM,
            f"Compressed with {' and '.join(refused)}",
            "BigQuery does not load this codec.",
            f"{_REWRITE} zstd or snappy.",
        )
    plain = codecs.get("UNCOMPRESSED", 0)
    if plain > 1_000_000 and plain * 10 > layout.compressed_bytes:
        yield Advice(
            Weight.SLOW,
            f"{_share(plain, layout.compressed_bytes)} of the bytes are not compressed",
            "Storage and network carry them in full; zstd often halves them at little cost.",
            f"{_REWRITE} zstd.",
        )
    if "GZIP" in codecs:
        yield Advice(
            Weight.SLOW,
            "Compressed with gzip",
            "It unpacks several times slower than zstd at much the same size: each page and query waits.",
            f"{_REWRITE} zstd.",
        )


def _judge_columns(layout: ObjectLayout) -> Iterator[Advice]:
    columns = layout.columns
    if len(columns) > MANY_COLUMNS:
        too_many = len(columns) > MOST_COLUMNS
        yield Advice(
            Weight.PROBLEM if too_many else Weight.HINT,
            f"{len(columns):,} columns",
            "A BigQuery table takes 10,000 at most."
            if too_many
            else "Beyond 100 columns BigQuery advises pages smaller than 1 MB; loads may lack memory.",
            "Leave out columns nobody needs, or store them as rows." if too_many else "Write smaller pages.",
        )
    tops = dict.fromkeys(column.path.split(".")[0] for column in columns)
    alike = [name for name, count in Counter(name.casefold() for name in tops).items() if count > 1]
    if alike:
        yield Advice(
            Weight.PROBLEM,
            f"Names that differ only by case: {_name(alike)}",
            "BigQuery ignores case in the names of columns and refuses the file.",
            "Rename one of them.",
        )
    nested = list(dict.fromkeys(c.path.split(".")[0] for c in columns if c.repeated or "." in c.path))
    if nested:
        yield Advice(
            Weight.HINT,
            f"Nested columns: {_name(nested)}",
            "BigQuery loads them as RECORD or REPEATED, lists only with enable_list_inference; conditions "
            "on them read every row group.",
            "Keep what is filtered or joined by in columns of its own.",
        )
    old = [column.path for column in columns if column.physical_type == "INT96"]
    if old:
        yield Advice(
            Weight.PROBLEM,
            f"Timestamps as INT96: {_name(old)}",
            "The type is deprecated, has no statistics, and loads as an instant, not as a wall clock.",
            f"{_REWRITE} timestamps of microseconds.",
        )


def _judge_statistics(layout: ObjectLayout) -> Iterator[Advice]:
    flat = [c for c in layout.columns if not c.repeated and c.physical_type != "INT96"]
    without = [c for c in flat if c.statistics < layout.groups_examined]
    if layout.rows and without:
        yield Advice(
            Weight.SLOW if len(without) * 2 > len(flat) else Weight.HINT,
            f"No statistics for {_count_of(without, flat)}",
            "Without least and greatest values no row group can be skipped: conditions read all of them.",
            f"{_REWRITE} write_statistics=True.",
        )
    indexed = any(column.page_indexes for column in layout.columns)
    if not indexed and layout.bytes_a_group[2] > BIGQUERY_GROUP_BYTES:
        yield Advice(
            Weight.HINT,
            "No page index",
            "Within a row group pages cannot be skipped: a row from its end costs reading what is before it.",
            f"{_REWRITE} write_page_index=True.",
        )
    texts = [c for c in layout.columns if c.physical_type == "BYTE_ARRAY" and not c.dictionaries]
    heavy = [c for c in texts if c.compressed_bytes * 5 > layout.compressed_bytes > 1_000_000]
    if heavy:
        yield Advice(
            Weight.HINT,
            f"Text without a dictionary: {_name([c.path for c in heavy])}",
            "Where values repeat, a dictionary makes them several times smaller. These weigh most.",
            f"{_REWRITE} use_dictionary=True, unless the values are all different.",
        )


def _judge_neighbours(neighbours: Neighbours) -> Iterator[Advice]:
    average = neighbours.size_bytes // max(1, neighbours.objects)
    if neighbours.objects >= MANY_FILES and average < SMALL_FILE_BYTES:
        more = "at least " if neighbours.truncated else ""
        yield Advice(
            Weight.SLOW,
            f"One of {more}{neighbours.objects:,} small files: {_megabytes(average)} on average",
            "Each file costs requests and a footer before its first row; a load job takes 10,000 URIs.",
            "Join them: one file a month, or 100 MB and more each.",
        )


def _count_of(some: Sequence[ColumnLayout], of: Sequence[ColumnLayout]) -> str:
    if len(some) == len(of):
        return "any column" if len(of) > 1 else "its column"
    return _name([column.path for column in some])


def _name(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 40 else f"{name[:39]}…" for name in names[:_NAMED]]
    return ", ".join(shown) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.0f} %"
