"""An object with one large row group: previewed, searched, sorted and saved in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROWS, TEXT_BYTES = 200_000, 150
# A large object in small: a third of the usual limit of bytes, and of 400 MB what Python takes and a third
# of the rest. Held whole, the object alone would take more.
PREVIEW_MEGABYTES, MOST_MEGABYTES = 85, 260

# What a person does with such an object, each step's outcome, and the most memory the process ever had.
STEPS = """
import json
from pathlib import Path
from lakeside.lake.objects import Format
from lakeside.lake.lake import Lake
from lakeside.lake.objects import RowsWanted
from lakeside.settings import load_settings
lake = Lake.open(load_settings())
last = 199_900
steps = {
    "first": RowsWanted(),
    "last": RowsWanted(offset=last),
    "found": RowsWanted(where=f"n >= {last}"),
    "scattered": RowsWanted(where="n = 5 OR n = 199999"),
    "sorted": RowsWanted(sort="n", descending=True),
}
done = {}
for name, wanted in steps.items():
    page = lake.preview_rows("huge.parquet", wanted)
    first = page.rows.column("n")[0].as_py()
    done[name] = [first, page.rows.num_rows, list(page.columns_left_out), page.bytes_read]
made = lake.export_rows("huge.parquet", RowsWanted(("n", "a"), where="n >= 199000"), Format.CSV)
done["saved"] = [made.rows, made.limit]
status = Path("/proc/self/status").read_text().split()
done["megabytes"] = int(status[status.index("VmHWM:") + 1]) / 1000
print(json.dumps(done))
"""


@pytest.fixture(scope="module")
def huge_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 MB of random bytes in four columns, and a number, all in one row group."""
    folder = tmp_path_factory.mktemp("huge")
    offsets = pa.arange(0, ROWS * TEXT_BYTES + 1, TEXT_BYTES).cast(pa.int32()).buffers()[1]
    columns = {"n": pa.arange(0, ROWS)}
    for name in "abcd":
        values = pa.py_buffer(os.urandom(ROWS * TEXT_BYTES))
        columns[name] = pa.Array.from_buffers(pa.binary(), ROWS, [None, offsets, values])
    path = folder / "huge.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=ROWS, compression="none", use_dictionary=False)
    return folder


def test_a_large_row_group_is_read_in_bounded_memory(huge_lake: Path) -> None:
    assert (huge_lake / "huge.parquet").stat().st_size > 120_000_000
    environment = {**os.environ, "LAKESIDE_LAKE_URL": str(huge_lake)}
    environment["LAKESIDE_LIMITS__PREVIEW_MEGABYTES"] = str(PREVIEW_MEGABYTES)
    answer = subprocess.run(
        [sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True, check=True
    )
    done: dict[str, Any] = json.loads(answer.stdout)
    deep = [199_900, 100, ["c", "d"]]  # two of the wide columns fit
    assert done["first"][:3] == [0, 100, []]
    assert done["first"][3] < 20_000_000
    assert done["last"][:3] == deep
    assert done["found"][:3] == deep
    assert done["scattered"][:2] == [5, 2]
    assert done["sorted"][:2] == [199_999, 100]
    assert done["saved"] == [1_000, None]
    assert done["megabytes"] < MOST_MEGABYTES
