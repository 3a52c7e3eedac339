"""Parquet files somebody has changed, in a reader that may die: an answer, or an error that is about the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from lakeside.apart.pool import ReaderPool
from lakeside.charts.spec import Aggregate, ChartSpec, Grain
from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError, SettingsError
from lakeside.lake.browse import describe_object
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Format, RowsWanted
from lakeside.settings import LimitSettings, ReaderSettings, Settings
from lakeside.warehouse.lake_chart import chart_objects
from lakeside.warehouse.lake_profile import profile_object
from tests.fuzz.target import Target

KEY = "object.parquet"
LIMITS = LimitSettings(preview_seconds=20, profile_seconds=20, query_seconds=20)
_TABLE = pa.table(
    {
        "number": pa.array(range(300), pa.int32()),
        "text": [None if n % 7 == 0 else f"text {n % 13}" for n in range(300)],
        "time": pa.array(range(300), pa.timestamp("us")),
        "list": [[n, n + 1] for n in range(300)],
        "nested": [{"a": n, "b": {"c": [str(n)]}} for n in range(300)],
        "decimal": pa.array(range(300), pa.decimal128(12, 2)),
        "floating": pa.array([n / 3 for n in range(300)]),
        "flag": [n % 2 == 0 for n in range(300)],
    }
).replace_schema_metadata({"lakeside.provenance": '{"dataset": "green"}', "pandas": "{}", "x": "\ud7ff"})


def _write(**options: object) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(_TABLE, sink, row_group_size=100, **options)
    return bytes(sink.getvalue())


FILES = [
    _write(compression="zstd", write_page_index=True),
    _write(compression="snappy", use_dictionary=False, data_page_version="2.0"),
    _write(compression="none", version="1.0", store_schema=False),
]
LOOKS: dict[str, Callable[[Lake], object]] = {
    "describe": lambda lake: describe_object(lake, KEY),
    "layout": lambda lake: lake.read_layout(lake.get_object(KEY)),
    "schema": lambda lake: lake.read_schema(lake.get_object(KEY)),
    "figures": lambda lake: lake.read_figures(KEY),
    "footers": lambda lake: lake.read_footers(lake.list_objects().objects),
    "rows": lambda lake: lake.preview_object(KEY),
    "rows where": lambda lake: lake.preview_object(KEY, where="number > 150 and text like 'text%'"),
    "rows in order": lambda lake: lake.preview_rows(KEY, RowsWanted(sort="number", descending=True)),
    "plan": lambda lake: lake.plan_rows(KEY, RowsWanted(where="time is not null")),
    "export": lambda lake: lake.export_rows(KEY, RowsWanted(), Format.CSV),
    "profile": lambda lake: profile_object(lake, KEY, LIMITS),
    "chart": lambda lake: chart_objects(lake, [KEY], ChartSpec("text", Grain.VALUES, Aggregate.ROWS), LIMITS),
}


@st.composite
def changed_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A look, and a file of which some bytes of the footer (mostly) or of the pages are others."""
    content = bytearray(draw(st.sampled_from(FILES)))
    length = int.from_bytes(content[-8:-4], "little")
    for _ in range(draw(st.integers(1, 6))):
        first = len(content) - 8 - length if draw(st.integers(0, 4)) else 0
        at = draw(st.integers(max(0, first), len(content) - 1))
        change = draw(st.integers(0, 4))
        if change <= 1:
            content[at] = draw(st.integers(0, 255))
        elif change == 2:
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif change == 3:
            piece = draw(
                st.sampled_from([b"\xff" * 9, b"\x80" * 9 + b"\x01", b"\0" * 4, bytes(content[at : at + 20])])
            )
            content[at : at + len(piece)] = piece
        else:
            del content[at : at + draw(st.integers(1, 4))]
            length = max(0, length - 4)
    return draw(st.sampled_from(sorted(LOOKS))), bytes(content)


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[tuple[str, bytes]], None]]:
    """Looks at each file through a reader of 600 MB and half a minute."""
    settings = Settings(home=folder / "home", lake_url=str(folder / "lake"), limits=LIMITS)
    pool = ReaderPool(ReaderSettings(processes=1, megabytes=600, seconds=30))
    lake = Lake.open(
        settings.model_copy(update={"retention": settings.retention.model_copy(update={"versions": 0})}), pool
    )

    def attempt(example: tuple[str, bytes]) -> None:
        look, content = example
        with lake.open_writer(KEY) as file:
            file.write(content)
        try:
            LOOKS[look](lake)
        except (SettingsError, AccessDenied, BackendUnavailable) as error:
            raise AssertionError(f"{look}: not about the file: {error}") from error
        except LakesideError as error:
            assert error.message

    try:
        yield attempt
    finally:
        pool.close()


PARQUET = Target("parquet", changed_files(), open_world, suite_examples=25)
