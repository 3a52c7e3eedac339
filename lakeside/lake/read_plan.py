"""What will be read for a page of rows, told from the footer before a row is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow.parquet as pq

from lakeside.lake.column_chunks import expect_bytes
from lakeside.lake.errors import decoded
from lakeside.lake.fetch import choose_affordable
from lakeside.lake.objects import ReadPlan
from lakeside.lake.paging import Page, choose_columns, count_chunk_bytes, list_first_rows
from lakeside.lake.preview import find_groups, identify, open_object, open_parquet
from lakeside.lake.storage import Storage


def plan_page(storage: Storage, key: str, page: Page) -> ReadPlan:
    """See `Lake.plan_rows`."""
    url = storage.url_of(key)
    with open_object(storage, key) as reader, decoded(url):
        file = open_parquet(reader, url)
        choose_columns(file.schema_arrow, page.columns, url)
        if page.where is not None or page.sort is not None:
            return _plan_search(*_doubt(file, page, storage, identify(storage, key, reader)), url)
        return _plan_place(file, page, url)


def _doubt(
    file: pq.ParquetFile, page: Page, storage: Storage, identity: tuple[str, str]
) -> tuple[pq.ParquetFile, Page, list[str]]:
    """The page with what is doubted already, and the columns whose statistics will be compared first."""
    from lakeside.lake.where.check import list_unchecked, recall_doubts

    doubted = recall_doubts(file, page, storage.verdicts, identity)
    unchecked = list_unchecked(file, page, storage.verdicts, identity)
    return file, replace(page, doubted=doubted), unchecked


def _plan_search(file: pq.ParquetFile, page: Page, unchecked: Sequence[str], url: str) -> ReadPlan:
    from lakeside.lake.sort import check_sort
    from lakeside.lake.where.parse import parse_condition
    from lakeside.lake.where.prune import choose_row_groups
    from lakeside.lake.where.tree import find_columns

    condition = parse_condition(page.where, file.schema_arrow) if page.where is not None else None
    if page.sort is not None:
        first, groups = check_sort(file, page, condition)
    else:
        assert condition is not None
        first = list(dict.fromkeys(find_columns(condition)))
        groups = choose_row_groups(file.metadata, file.schema_arrow, condition, page.doubted)
    names = choose_columns(file.schema_arrow, page.columns, url).names
    sizes = count_chunk_bytes(file, groups)
    others = count_chunk_bytes(file, [n for n in range(file.metadata.num_row_groups) if n not in groups])
    rest = sum(sizes[name] for name in dict.fromkeys(names) if page.sort or name not in first)
    return ReadPlan(
        columns=names,
        row_groups=groups,
        total_row_groups=file.metadata.num_row_groups,
        total_rows=file.metadata.num_rows,
        group_rows=_count_rows(file.metadata, groups),
        first_columns=first,
        first_bytes=sum(sizes[name] for name in first) + sum(others[name] for name in unchecked),
        page_bytes=rest,
        page_bytes_at_most=rest,
        bytes_limit=page.maximum_bytes,
    )


def _plan_place(file: pq.ParquetFile, page: Page, url: str) -> ReadPlan:
    needs, _ = find_groups(file.metadata, page)
    wanted = choose_columns(file.schema_arrow, page.columns, url)
    schema, left_out = choose_affordable(file, needs, wanted, page.maximum_bytes)
    costs = _expect(file, needs)
    sizes = count_chunk_bytes(file, list(needs))
    expected = sum(costs[name] for name in dict.fromkeys(schema.names))
    return ReadPlan(
        columns=schema.names,
        row_groups=list(needs),
        total_row_groups=file.metadata.num_row_groups,
        total_rows=file.metadata.num_rows,
        group_rows=_count_rows(file.metadata, list(needs)),
        first_columns=(),
        first_bytes=0,
        page_bytes=expected,
        page_bytes_at_most=sum(sizes[name] for name in dict.fromkeys(schema.names)),
        bytes_limit=page.maximum_bytes,
        columns_left_out=left_out,
        farthest_row=_find_farthest(file, page, schema.names, needs)
        if left_out or len(wanted) == 1
        else None,
    )


def _find_farthest(
    file: pq.ParquetFile, page: Page, names: Sequence[str], needs: Mapping[int, int]
) -> int | None:
    """About the last row of the page's first row group that the bytes allowed reach; None if the page is."""
    group = next(iter(needs), None)
    if group is None or len(names) != 1:
        return None
    cost, rows = _expect(file, needs)[names[0]], needs[group]
    if cost <= page.maximum_bytes:
        return None
    return list_first_rows(file.metadata)[group] + int(rows * page.maximum_bytes / cost * 0.9)


def _expect(file: pq.ParquetFile, needs: Mapping[int, int]) -> dict[str, int]:
    costs = expect_bytes(file.metadata, file.schema_arrow, needs)
    return dict(zip(file.schema_arrow.names, costs, strict=True))


def _count_rows(metadata: pq.FileMetaData, groups: Sequence[int]) -> int:
    return sum(metadata.row_group(number).num_rows for number in groups)
