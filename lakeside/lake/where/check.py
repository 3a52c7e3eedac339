"""Do the footer's statistics hold? A stranger's may lie, by a faulty writer or on purpose, and hide rows.

Statistics of objects that carry our provenance are believed: whoever can forge that can change the rows
as well. Those of others are compared with the values once per version and column, before a condition
relies on them; a column whose statistics do not hold, or which is too large to be compared, is doubted, and
no row group is left out for its sake.
"""

from __future__ import annotations

import time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from lakeside.lake.paging import Page, count_chunk_bytes
from lakeside.lake.provenance import FOOTER_KEY, Provenance
from lakeside.lake.where.apply import plain_values
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.prune import Range, find_leaves, read_range
from lakeside.lake.where.tree import find_columns
from lakeside.lake.where.values import Kind, as_scalar, kind_of
from lakeside.lake.where.verdicts import Verdicts

_BATCH_ROWS = 65_536


def is_ours(metadata: pq.FileMetaData) -> bool:
    """Whether the footer carries a provenance that can be read."""
    text = (metadata.metadata or {}).get(FOOTER_KEY.encode())
    try:
        return text is not None and bool(Provenance.model_validate_json(text))
    except ValidationError:
        return False


def list_unchecked(
    file: pq.ParquetFile, page: Page, verdicts: Verdicts, identity: tuple[str, str]
) -> list[str]:
    """The condition's columns whose statistics must be compared first; identity is (key, version)."""
    if page.where is None or is_ours(file.metadata):
        return []
    condition = parse_condition(page.where, file.schema_arrow)
    leaves = find_leaves(file.metadata, file.schema_arrow, set(find_columns(condition)))
    return [name for name in leaves if (*identity, name) not in verdicts.found]


def find_doubts(
    file: pq.ParquetFile, page: Page, verdicts: Verdicts, identity: tuple[str, str]
) -> dict[str, str]:
    """Columns of the condition whose statistics must not be used, and why.

    What has to be compared is, within a quarter of the page's bytes and half its seconds.
    """
    if page.where is None or is_ours(file.metadata):
        return {}
    sizes = count_chunk_bytes(file, range(file.metadata.num_row_groups))
    deadline = time.monotonic() + page.maximum_seconds / 2
    left, doubts = page.maximum_bytes // 4, {}
    for name in list_unchecked(file, page, verdicts, identity):
        left -= sizes[name]
        if left < 0:
            doubts[name] = "is too large for its statistics to be checked"
            continue
        verdict = compare_statistics(file, name, deadline)
        if verdict is None:
            doubts[name] = "could not be compared with its statistics in time"
        else:
            verdicts.remember((*identity, name), verdict)
    return doubts | recall_doubts(file, page, verdicts, identity)


def recall_doubts(
    file: pq.ParquetFile, page: Page, verdicts: Verdicts, identity: tuple[str, str]
) -> dict[str, str]:
    """Those that were found before."""
    if page.where is None or is_ours(file.metadata):
        return {}
    columns = dict.fromkeys(find_columns(parse_condition(page.where, file.schema_arrow)))
    known = {name: verdicts.found.get((*identity, name)) for name in columns}
    return {name: verdict for name, verdict in known.items() if verdict}


def compare_statistics(file: pq.ParquetFile, name: str, deadline: float) -> str | None:
    """Why a column's statistics do not hold, empty where they do, None when there was no time to tell."""
    leaves = find_leaves(file.metadata, file.schema_arrow, {name})
    if name not in leaves:
        return ""
    index, data_type = leaves[name]
    for number in range(file.metadata.num_row_groups):
        known = read_range(file.metadata.row_group(number), index, data_type)
        verdict = _compare_group(file, name, (number, known), deadline)
        if verdict != "":
            return verdict
    return ""


def _compare_group(file: pq.ParquetFile, name: str, group: tuple[int, Range], deadline: float) -> str | None:
    number, known = group
    if known.nulls is None and known.low is None:
        return ""
    nulls = 0
    for batch in file.iter_batches(_BATCH_ROWS, [number], [name]):
        if time.monotonic() > deadline:
            return None
        values = batch.column(0)
        nulls += values.null_count
        if known.low is not None and _lies_outside(plain_values(values), known.low, known.high):
            return f"has values outside the range its statistics give for row group {number}"
    if known.nulls is not None and nulls != known.nulls:
        return f"has {nulls:,} nulls in row group {number}, its statistics say {known.nulls:,}"
    return ""


def _lies_outside(values: pa.Array, low: Any, high: Any) -> bool:
    kind = kind_of(values.type)
    if kind is Kind.TEXT:
        values = values.cast(pa.large_binary())
    bounds = [
        as_scalar(values.type, bound) if kind is Kind.UNITS else pa.scalar(bound, values.type)
        for bound in (low, high)
    ]
    outside = pc.or_(pc.less(values, bounds[0]), pc.greater(values, bounds[1]))
    return bool(pc.any(outside).as_py())
