"""A page of rows costs what its row group costs, wherever it lies: at most two hundredths of the object.

The footer, which names every chunk, is a large part of so small an object; the benchmark has a gigabyte.
"""

from __future__ import annotations

import pytest

from benchmarks.looking import BIG_KEY, make_big_object
from lakeside.lake.lake import Lake
from lakeside.lake.objects import RowsWanted
from lakeside.settings import Settings

GROUPS, GROUP_ROWS = 100, 4_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("big")
    make_big_object(folder, GROUPS, GROUP_ROWS)
    return Lake.open(Settings(lake_url=str(folder)))


@pytest.mark.parametrize("offset", [0, 123_456, GROUPS * GROUP_ROWS - 100])
def test_a_page_anywhere_reads_at_most_two_percent(lake: Lake, offset: int) -> None:
    page = lake.preview_rows(BIG_KEY, RowsWanted(None, offset, 100))
    assert page.row_numbers == tuple(range(offset, offset + 100))
    assert page.bytes_read <= 0.02 * lake.get_object(BIG_KEY).size_bytes
    assert page.row_groups_read == (offset // GROUP_ROWS,)
