"""How many bytes the columns of a parquet object take, and what reading some of their rows will cost.

All of it is told from the footer. Parquet keeps a column's values of a row group as one chunk: a
dictionary, where there is one, then pages. To reach a row, the dictionary and the pages before it are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

PAGE_BYTES = 1 << 20  # the usual size of a page: what is read beyond the row that is wanted


def sum_bytes(
    metadata: pq.FileMetaData, groups: Sequence[pq.RowGroupMetaData], schema: pa.Schema
) -> list[tuple[int, ...]]:
    """Compressed bytes per column and row group; a nested column's leaves stand together, in order."""
    sizes = [[0] * len(groups) for _ in range(len(schema))]
    for leaf, owner in enumerate(_find_owners(metadata, schema)):
        for at, group in enumerate(groups):
            sizes[owner][at] += group.column(leaf).total_compressed_size
    return [tuple(row) for row in sizes]


def expect_bytes(metadata: pq.FileMetaData, schema: pa.Schema, needs: Mapping[int, int]) -> list[int]:
    """What reading the first rows of some row groups costs, by column; `needs` is group -> rows.

    Values are taken to be of even size; a column's cost is never more than its chunks.
    """
    costs = [0] * len(schema)
    for leaf, owner in enumerate(_find_owners(metadata, schema)):
        for number, rows in needs.items():
            group = metadata.row_group(number)
            costs[owner] += _expect_chunk(group.column(leaf), rows / max(1, group.num_rows))
    return costs


def fit_columns(costs: Sequence[int], budget: int) -> list[int]:
    """The columns that fit into that many bytes, in order."""
    chosen, spent = [], 0
    for number, cost in enumerate(costs):
        if spent + cost <= budget:
            chosen.append(number)
            spent += cost
    return chosen


def count_leaves(data_type: pa.DataType) -> int:
    """How many parquet columns a type is kept in."""
    if isinstance(data_type, pa.BaseExtensionType):
        return count_leaves(data_type.storage_type)
    if pa.types.is_map(data_type):
        return count_leaves(data_type.key_type) + count_leaves(data_type.item_type)
    if pa.types.is_nested(data_type):
        return sum(count_leaves(data_type.field(i).type) for i in range(data_type.num_fields))
    return 1


def _find_owners(metadata: pq.FileMetaData, schema: pa.Schema) -> list[int]:
    """The column each leaf belongs to; nothing where types and leaves do not agree."""
    owners = [number for number, field in enumerate(schema) for _ in range(count_leaves(field.type))]
    return owners if len(owners) == metadata.num_columns else []


def _expect_chunk(chunk: pq.ColumnChunkMetaData, share: float) -> int:
    whole, dictionary = int(chunk.total_compressed_size), 0
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        dictionary = max(0, min(whole, chunk.data_page_offset - chunk.dictionary_page_offset))
    return min(whole, dictionary + int(min(1.0, share) * (whole - dictionary)) + PAGE_BYTES)
