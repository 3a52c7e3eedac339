"""The code that is copied from an object's page, run as it is: it reads what the preview shows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.lake.lake import Lake
from lakeside.lake.objects import RowsWanted
from lakeside.lake.where.write import write_name, write_value
from lakeside.settings import Settings
from lakeside.shown import show_unseen
from tests.servers.gcs import GcsServer, run_gcs_server
from ui.presenters.code_presenter import Selection, Snippet, describe_selection, present_code
from ui.presenters.load_presenter import present_table_command

KEY = "other/odd names & things.parquet"
NAN = float("nan")
DAYS = [f"2020-10-0{number}" for number in range(1, 9)]
ROWS = pa.table(
    {
        "id": pa.array(range(8), pa.int64()),
        "fare": pa.array([2.5, -3.0, NAN, None, 1e-7, 12.5, float("inf"), 2.5], pa.float64()),
        "tip": pa.array([2.5, 0.0, NAN, 1.0, None, 1.0, 2.0, 3.0], pa.float32()),
        "paid": pa.array([Decimal(n) / 100 for n in (0, 1, 5, 100, 250, -5, 999, 12)], pa.decimal128(9, 2)),
        "at": pa.array([datetime.fromisoformat(f"{d}T12:30:00.000500") for d in DAYS], pa.timestamp("us")),
        "seen": pa.array(map(datetime.fromisoformat, DAYS), pa.timestamp("us", "America/New_York")),
        "day": pa.array(map(date.fromisoformat, DAYS), pa.date32()),
        "it's \\ a `name`": pa.array(["a'b", 'say "x"', "50%_", None, "back\\slash", "line\nbreak", "ü", ""]),
        "flag": pa.array([True, False, None, True, False, True, True, None]),
    }
)
ODD = "`it's \\\\ a \\`name\\``"
CONDITIONS = [
    "",
    "fare > 2 AND NOT (id = 5)",
    "fare >= 1e-7 OR fare IS NULL",
    "NOT (fare = 2.5)",
    "fare > tip",
    "tip <= fare",
    "paid BETWEEN 0.05 AND 2.5",
    "id < 4.5 AND id <> 2",
    "id = 1.5 OR NOT (id > 1e30)",
    "at >= '2020-10-03 12:30:00.0005' AND at < '2020-10-07'",
    "seen > '2020-10-03 00:00:00+00'",
    "day IN ('2020-10-02', '2020-10-05')",
    "flag AND id > 0",
    f"{ODD} = 'a\\'b' OR {ODD} = 'back\\\\slash' OR {ODD} = 'line\\nbreak'",
    f"{ODD} LIKE '50\\\\%%' OR {ODD} LIKE '%\"%'",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    with run_gcs_server(tmp_path_factory.mktemp("gcs")) as running:
        running.create_bucket("trips")
        yield running


@pytest.fixture(scope="module")
def folder_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return fill(Settings(home=tmp_path_factory.mktemp("it's home")))


@pytest.fixture(scope="module")
def bucket_lake(server: GcsServer) -> Lake:
    return fill(Settings(lake_url="gs://trips/lake", storage_emulator_host=server.url))


def fill(settings: Settings) -> Lake:
    lake = Lake.open(settings)
    with lake.open_writer(KEY) as file:
        pq.write_table(ROWS, file, row_group_size=3)
    return lake


def select(lake: Lake, **chosen: Any) -> Selection:
    return Selection(lake.url_of(KEY), ROWS.schema, table="trips.odd", **chosen)


def run_snippet(snippet: Snippet) -> Any:
    if snippet.language == "sql":
        return duckdb.connect().sql(snippet.text).to_arrow_table()
    names: dict[str, Any] = {}
    exec(compile(snippet.text, snippet.title, "exec"), names)
    return names["trips"]


def read_names(snippet: Snippet) -> list[str]:
    table = run_snippet(snippet)
    return list(table.column_names if isinstance(table, pa.Table) else table.columns)


def read_ids(snippet: Snippet) -> list[int]:
    table = run_snippet(snippet)
    return [int(n) for n in (table["id"].to_pylist() if isinstance(table, pa.Table) else list(table["id"]))]


def previewed(lake: Lake, where: str, offset: int = 0, limit: int = 100) -> list[int]:
    rows = lake.preview_object(KEY, ["id"], offset, limit, where or None).rows
    return [int(n) for n in rows["id"].to_pylist()]


@pytest.mark.parametrize("where", CONDITIONS)
def test_each_tool_reads_the_rows_of_the_preview(folder_lake: Lake, where: str) -> None:
    wanted = previewed(folder_lake, where)
    snippets = present_code(select(folder_lake, where=where))
    assert [s.title for s in snippets] == ["pandas", "DuckDB", "pyarrow", "bq load"]
    for snippet in snippets[:3]:
        assert snippet.note == ""
        assert read_ids(snippet) == wanted, snippet.text


def test_columns_and_a_page_of_the_rows(folder_lake: Lake) -> None:
    chosen = {"columns": ("id", "it's \\ a `name`"), "where": "id > 0", "offset": 2, "limit": 3}
    for snippet in present_code(select(folder_lake, **chosen))[:3]:
        assert read_ids(snippet) == previewed(folder_lake, "id > 0", 2, 3) == [3, 4, 5]


@pytest.mark.parametrize("sort", ["tip", "-tip", "paid", "-day", "flag", "-flag", "it's \\ a `name`", "-id"])
@pytest.mark.parametrize("columns", [(), ("id",), ("id", "tip")])
def test_a_page_follows_the_order_shown(folder_lake: Lake, sort: str, columns: tuple[str, ...]) -> None:
    wanted = RowsWanted(("id",), 1, 6, sort=sort.removeprefix("-"), descending=sort.startswith("-"))
    shown = folder_lake.preview_rows(KEY, wanted).rows["id"].to_pylist()
    selection = select(folder_lake, columns=columns, offset=1, limit=6, sort=sort)
    *snippets, load = present_code(selection)
    for snippet in snippets:
        assert read_ids(snippet) == shown, snippet.text
        assert read_names(snippet) == list(columns or ROWS.column_names), snippet.text
    assert "ORDER BY" in load.text
    everything = present_code(select(folder_lake, columns=columns, sort=sort))
    assert not any("sort" in snippet.text or "ORDER BY" in snippet.text for snippet in everything)


@pytest.mark.emulator
@pytest.mark.parametrize("where", ["", "fare > 2 AND at >= '2020-10-02'"])
def test_each_tool_reads_from_a_bucket(bucket_lake: Lake, server: GcsServer, where: str) -> None:
    wanted = previewed(bucket_lake, where, 1, 2)
    selection = select(bucket_lake, where=where, offset=1, limit=2, emulator=server.url)
    snippets = present_code(selection)
    assert [s.title for s in snippets] == ["pandas", "DuckDB", "gcsfs", "pyarrow", "bq load"]
    for snippet in snippets[:4]:
        assert read_ids(snippet) == wanted, snippet.text


UNSEEN_NAME = "fare\u202e\\u200b\u200b`"
UNSEEN_KEY = "other/it's\u202egpj.parquet"


def test_code_with_what_nobody_sees_is_inert_and_reads_the_same(folder_lake: Lake) -> None:
    """Names and texts of a stranger's: a copy runs, and shows each such character by its number."""
    rows = pa.table({"id": range(4), UNSEEN_NAME: ["a\u2066b", "a\\u2066b", "ab", None]})
    with folder_lake.open_writer(UNSEEN_KEY) as file:
        pq.write_table(rows, file)
    where = "{} = {}".format(write_name(UNSEEN_NAME), write_value("a\u2066b"))
    chosen = {"columns": ("id", UNSEEN_NAME), "where": where, "limit": 2, "sort": UNSEEN_NAME}
    snippets = present_code(
        Selection(folder_lake.url_of(UNSEEN_KEY), rows.schema, table="t.\u202e", **chosen)
    )
    assert [s.title for s in snippets] == ["pandas", "DuckDB", "pyarrow", "bq load"]
    for snippet in snippets[:3]:
        assert read_ids(snippet) == [0], snippet.text
        assert read_names(snippet) == ["id", UNSEEN_NAME]
    for words in [where, describe_selection(select(folder_lake, where=where)), *(s.text for s in snippets)]:
        assert show_unseen(words) == words
    told = run_words(f"bq() {{ printf '%s\\n' \"$@\"; }}\n{snippets[3].text}")
    assert folder_lake.url_of(UNSEEN_KEY) in told and "t.\u202e" in told
    assert f"WHERE ({write_name(UNSEEN_NAME)} = 'a\\u2066b')" in told
    command = present_table_command(UNSEEN_KEY)
    assert show_unseen(command) == command
    assert run_words(f"lakeside() {{ printf '%s\\n' \"$@\"; }}\n{command}").splitlines()[1] == UNSEEN_KEY


def run_words(script: str) -> str:
    return subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode()


def test_bq_load_quotes_what_a_shell_would_read(folder_lake: Lake) -> None:
    *_, load = present_code(select(folder_lake, where="id = 1", columns=("id",)))
    first, second = load.text.split("\nbq query ")
    assert first.startswith("bq load --source_format=PARQUET trips.odd '") and "it'\"'\"'s home" in first
    assert second == "--use_legacy_sql=false 'SELECT id\nFROM `trips.odd`\nWHERE (id = 1)'\n"


def test_what_python_cannot_hold_is_said_and_left_to_duckdb(tmp_path: Path) -> None:
    schema = pa.schema([("id", pa.int64()), ("at", pa.timestamp("ns"))])
    selection = Selection("/x.parquet", schema, where="at > '2020-10-01 00:00:00.000000001'")
    pandas, duck, *_ = present_code(selection)
    assert "filters" not in pandas.text and "DuckDB instead" in pandas.note
    assert "2020-10-01T00:00:00.000000001" in duck.text
