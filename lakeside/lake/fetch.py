"""Fetching rows of row groups by their places, of as many columns as the bytes allowed reach for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.column_chunks import expect_bytes, fit_columns
from lakeside.lake.paging import Page, Reader, as_table, choose_batch_rows, find_heads, is_reached
from lakeside.lake.version_file import VersionFile


@dataclass(frozen=True, slots=True)
class Pick:
    """Rows of one row group by their places in it, rising."""

    group: int
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The first of the rows that were picked; fewer than were when a limit of bytes was met."""

    rows: pa.Table
    left_out: Sequence[str]
    limited: bool


def fetch_rows(
    file: pq.ParquetFile, reader: Reader, picks: Sequence[Pick], schema: pa.Schema, page: Page
) -> Fetched:
    """The picked rows, of those columns of `schema` that fit into what is left of the page's bytes."""
    budget = page.maximum_bytes - reader.bytes_read
    chosen, left_out = choose_affordable(file, {p.group: p.places[-1] + 1 for p in picks}, schema, budget)
    names = None if len(set(file.schema_arrow.names)) < len(file.schema_arrow.names) else chosen.names
    pieces: list[pa.RecordBatch] = []
    limited = False
    for piece in _read_picks(file, reader, picks, names, page):
        pieces += [piece] if piece.num_rows else []
        if is_reached(page, reader, pieces):
            limited = True
            break
    rows = as_table(pieces, chosen)
    return Fetched(rows, left_out, limited and rows.num_rows < sum(len(p.places) for p in picks))


def choose_affordable(
    file: pq.ParquetFile, needs: dict[int, int], schema: pa.Schema, budget: int
) -> tuple[pa.Schema, list[str]]:
    """The columns whose first rows fit into a number of bytes, and the names of the others.

    Where not one fits, the cheapest is tried nevertheless: the limit ends the reading, not the hope.
    """
    chosen, left_out = find_affordable(file, needs, schema, budget)
    if chosen.names or not left_out:
        return chosen, left_out
    costs = _expect(file, needs, schema)
    cheapest = schema.field(costs.index(min(costs)))
    return pa.schema([cheapest]), [name for name in schema.names if name != cheapest.name]


def find_affordable(
    file: pq.ParquetFile, needs: dict[int, int], schema: pa.Schema, budget: int
) -> tuple[pa.Schema, list[str]]:
    """The same without hope: there may be no column that fits."""
    whole = file.schema_arrow
    if len(set(whole.names)) < len(whole.names):  # by name, it could not be told which one is meant
        return schema, []
    fitting = fit_columns(_expect(file, needs, schema), budget)
    chosen = pa.schema([schema.field(number) for number in fitting])
    return chosen, [name for name in schema.names if name not in set(chosen.names)]


def _expect(file: pq.ParquetFile, needs: dict[int, int], schema: pa.Schema) -> list[int]:
    whole = file.schema_arrow
    costs = dict(zip(whole.names, expect_bytes(file.metadata, whole, needs), strict=True))
    return [costs[name] for name in schema.names]


def _read_picks(
    file: pq.ParquetFile, reader: Reader, picks: Sequence[Pick], names: list[str] | None, page: Page
) -> Iterator[pa.RecordBatch]:
    for pick in picks:
        if isinstance(reader, VersionFile):
            group = file.metadata.row_group(pick.group)
            reader.fetch_ahead(find_heads(group, names, pick.places[-1] + 1, page))
        yield from read_places(file, pick, names, choose_batch_rows(file, [pick.group], names, page))


def read_places(
    file: pq.ParquetFile, pick: Pick, names: list[str] | None, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """The picked rows of one row group; an empty piece while what lies before them is read."""
    done = first = 0
    for batch in file.iter_batches(batch_rows, row_groups=[pick.group], columns=names):
        end = bisect_left(pick.places, first + batch.num_rows, done)
        places = [place - first for place in pick.places[done:end]]
        yield batch.take(pa.array(places, pa.int64()))  # not sliced: a slice holds on to the whole batch
        done, first = end, first + batch.num_rows
        if done == len(pick.places):
            return
