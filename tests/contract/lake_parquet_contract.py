"""What every lake promises about parquet objects: footers and previews."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import BadFile, LimitExceeded, NotFound, QueryRejected, SettingsError
from lakeside.lake.browse import browse
from lakeside.lake.find import Sort, Wanted
from lakeside.lake.footers import FIRST_TAIL_BYTES
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, Format, RowsWanted
from lakeside.lake.provenance import FOOTER_KEY, Provenance
from tests.contract.lake_objects_contract import DATA_KEY, write

ROWS, GROUP_ROWS = 10_000, 1_000


def make_table() -> pa.Table:
    return pa.table({"number": range(ROWS), "Trip_type ": [f"text {n}" for n in range(ROWS)]})


def make_provenance() -> Provenance:
    return Provenance(
        dataset="green",
        month="2020-10",
        source="tlc",
        source_url="https://example.org/green.parquet",
        source_bytes=123,
        source_sha256="0" * 64,
        rows_read=ROWS + 1,
        rows_written=ROWS,
        rows_rejected=1,
        contract_version=1,
        content_id="c" * 64,
        program_version="0.1.0",
        written_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def write_table(lake: Lake, key: str, table: pa.Table, group_rows: int = GROUP_ROWS) -> None:
    with lake.open_writer(key) as file:
        pq.write_table(table, file, row_group_size=group_rows)


def parquet_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


class ParquetContract:
    @pytest.fixture
    def lake(self) -> Lake:
        raise NotImplementedError("a backend gives its lake")

    def test_a_footer_with_provenance(self, lake: Lake) -> None:
        written = make_provenance()
        write_table(lake, DATA_KEY, make_table().replace_schema_metadata(written.footer()))
        footer = lake.read_footer(DATA_KEY)
        assert (footer.rows, footer.row_groups) == (ROWS, ROWS // GROUP_ROWS)
        assert footer.schema == make_table().schema
        assert footer.provenance == written
        assert footer.provenance_fault is None
        assert footer.created_by.startswith("parquet-cpp-arrow")
        assert footer.uncompressed_bytes > ROWS * 8

    def test_a_footer_that_is_longer_than_the_first_range(self, lake: Lake) -> None:
        wide = pa.table({f"column_{n}": [n] for n in range(600)})
        write_table(lake, "wide", wide)
        assert lake.get_object("wide").size_bytes > 2 * FIRST_TAIL_BYTES
        assert len(lake.read_footer("wide").schema) == 600

    def test_a_footer_is_read_anew_after_a_replacement(self, lake: Lake) -> None:
        for rows in (3, 4):
            write_table(lake, DATA_KEY, make_table().slice(0, rows))
            assert lake.read_footer(DATA_KEY).rows == rows

    def test_a_foreign_file(self, lake: Lake) -> None:
        write_table(lake, "foreign", make_table())
        footer = lake.read_footer("foreign")
        assert (footer.provenance, footer.provenance_fault) == (None, None)

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (b"{", "document: Invalid JSON"),
            (b"[]", "document: "),
            (b'{"dataset": 1}', "dataset: "),
            (b"\xff", ""),
        ],
    )
    def test_provenance_that_cannot_be_read_is_named(self, lake: Lake, text: bytes, fault: str) -> None:
        write_table(lake, "odd", make_table().replace_schema_metadata({FOOTER_KEY.encode(): text}))
        footer = lake.read_footer("odd")
        assert footer.rows == ROWS
        assert footer.provenance is None
        assert footer.provenance_fault is not None
        assert footer.provenance_fault.startswith(f"{FOOTER_KEY}: {fault}")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"PAR1",
            b"<!DOCTYPE html><html></html>",
            parquet_bytes(make_table())[:-1],
            parquet_bytes(make_table())[: ROWS // 2],
            b"PAR1" + struct.pack("<I", 0xFFFFFFFF) + b"PAR1",
            b"PAR1" + b"\x7f" * 64 + struct.pack("<I", 64) + b"PAR1",
            b"PAR1" + b"\x00" * 64 + struct.pack("<I", 64) + b"PARE",
        ],
        ids=["empty", "magic", "html", "last byte", "half", "huge length", "thrift", "encrypted"],
    )
    def test_what_is_not_parquet_is_a_bad_file_that_is_named(self, lake: Lake, content: bytes) -> None:
        write(lake, "bad.parquet", content)
        with pytest.raises(BadFile, match=r"bad\.parquet"):
            lake.read_footer("bad.parquet")
        with pytest.raises(BadFile, match=r"bad\.parquet"):
            lake.preview_object("bad.parquet")

    def test_damaged_pages_are_a_bad_file(self, lake: Lake) -> None:
        content = bytearray(parquet_bytes(make_table()))
        content[4 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4)
        write(lake, "damaged.parquet", bytes(content))
        assert lake.read_footer("damaged.parquet").rows == ROWS
        with pytest.raises(BadFile, match=r"damaged\.parquet"):
            lake.preview_object("damaged.parquet")

    def test_footers_of_many_objects_errors_included(self, lake: Lake) -> None:
        for number in range(5):
            write_table(lake, f"good/{number}", make_table().slice(0, number + 1))
        write(lake, "bad", b"not parquet")
        footers = lake.read_footers(lake.list_objects().objects)
        assert isinstance(footers.pop("bad"), BadFile)
        assert [f.rows for f in footers.values() if isinstance(f, Footer)] == [1, 2, 3, 4, 5]

    def test_objects_below_a_prefix_say_what_they_are(self, lake: Lake) -> None:
        write_table(lake, "raw/named otherwise", make_table())
        contents = {"cut.parquet": parquet_bytes(make_table())[:900], "empty": b"", "list.csv": b"a,b\n1,2\n"}
        for name, content in contents.items():
            write(lake, f"raw/{name}", content)
        below = browse(lake, "raw", limit=10)
        assert [(f.object.key, f.content) for f in below.objects] == [
            ("raw/cut.parquet", "parquet"),
            ("raw/empty", "empty"),
            ("raw/list.csv", "csv"),
            ("raw/named otherwise", "parquet"),
        ]
        assert [f.footer.rows if f.footer else None for f in below.objects] == [None, None, None, ROWS]
        assert "cut.parquet has no parquet footer" in (below.objects[0].fault or "")

    def test_objects_in_order_of_rows_and_by_glob(self, lake: Lake) -> None:
        for number in (1, 3, 2):
            write_table(lake, f"data/n{number}.parquet", make_table().slice(0, number))
        write(lake, "data/list.csv", b"a,b\n1,2\n")
        found = browse(lake, "data/", 10, Wanted("**/*.parquet", Sort.ROWS, descending=True))
        assert [f.footer.rows for f in found.objects if f.footer] == [3, 2, 1]
        assert (found.objects_listed, found.objects_found, found.counts.looked_at) == (4, 3, 3)

    def test_footers_of_objects_replaced_or_removed_since_they_were_listed(self, lake: Lake) -> None:
        for key in ("kept", "removed", "replaced"):
            write_table(lake, key, make_table().slice(0, 1))
        objects = lake.list_objects().objects
        lake.remove_object("removed")
        write_table(lake, "replaced", make_table())
        footers = lake.read_footers(objects)
        assert isinstance(footers["removed"], NotFound)
        assert isinstance(footers["kept"], Footer)
        assert isinstance(footers["replaced"], Footer)
        assert footers["replaced"].rows == ROWS

    @pytest.mark.parametrize(
        ("offset", "limit", "groups"),
        [
            (0, 10, (0,)),
            (995, 10, (0, 1)),
            (2_000, 500, (2,)),
            (9_998, 10, (9,)),
            (10_000, 10, ()),
            (99_999, 1, ()),
        ],
    )
    def test_a_preview_reads_the_rows_asked_for(
        self, lake: Lake, offset: int, limit: int, groups: tuple[int, ...]
    ) -> None:
        write_table(lake, DATA_KEY, make_table())
        preview = lake.preview_object(DATA_KEY, offset=offset, limit=limit)
        assert preview.rows.equals(make_table().slice(offset, limit))
        assert (preview.total_rows, preview.offset, preview.row_groups_read) == (ROWS, offset, groups)
        assert preview.truncated == (offset + limit < ROWS)
        assert not preview.bytes_limited

    def test_a_preview_reads_the_columns_asked_for(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        preview = lake.preview_object(DATA_KEY, columns=["Trip_type ", "number"], limit=2)
        assert preview.rows.column_names == ["Trip_type ", "number"]
        with pytest.raises(NotFound, match="no column tip"):
            lake.preview_object(DATA_KEY, columns=["number", "tip"])

    def test_a_preview_of_the_rows_that_match_a_condition(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        last = ROWS - 3
        page = lake.preview_object(DATA_KEY, columns=["Trip_type "], where=f"number >= {last}")
        assert page.rows.equals(make_table().slice(last).select(["Trip_type "]))
        assert (page.rows_matching, page.truncated, len(page.row_groups_read)) == (3, False, 1)
        assert page.row_groups_skipped > 0
        with pytest.raises(QueryRejected, match="LOWER"):
            lake.preview_object(DATA_KEY, where="lower(number) = 1")

    def test_rows_in_order_and_what_reading_them_will_take(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        wanted = RowsWanted(("Trip_type ",), 1, 2, f"number < {2 * GROUP_ROWS}", "number", descending=True)
        plan = lake.plan_rows(DATA_KEY, wanted)
        assert (list(plan.row_groups), plan.first_columns) == ([0, 1], ["number"])
        page = lake.preview_rows(DATA_KEY, wanted)
        assert list(page.row_numbers) == [2 * GROUP_ROWS - 2, 2 * GROUP_ROWS - 3]
        assert page.rows["Trip_type "].to_pylist() == [f"text {n}" for n in page.row_numbers]
        assert (page.rows_matching, page.row_groups_read) == (2 * GROUP_ROWS, (0, 1))
        place = lake.plan_rows(DATA_KEY, RowsWanted(offset=ROWS - 1))
        assert (list(place.row_groups), place.first_bytes) == ([ROWS // GROUP_ROWS - 1], 0)

    def test_chosen_rows_and_whole_objects_can_be_taken_along(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        made = lake.export_rows(DATA_KEY, RowsWanted(where=f"number >= {ROWS - 2}"), Format.PARQUET)
        assert pq.read_table(pa.BufferReader(made.content)).equals(make_table().slice(ROWS - 2))
        assert (made.rows, made.limit) == (2, None)
        assert pq.read_table(pa.BufferReader(lake.read_whole(DATA_KEY))).equals(make_table())

    def test_one_column_of_some_row_groups_and_what_the_footer_says_of_it(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        figures = lake.read_figures(DATA_KEY)
        number = next(column for column in figures.columns if column.name == "number")
        assert (figures.rows, number.nulls, number.low, number.high) == (ROWS, 0, 0, ROWS - 1)
        field = pa.field("number", number.data_type)
        rows = lake.open_column(DATA_KEY, field, [1]).to_table().column("number").to_pylist()
        assert rows == list(range(figures.group_rows[0], sum(figures.group_rows[:2])))

    def test_a_preview_has_the_settings_limits(self, lake: Lake) -> None:
        write_table(lake, DATA_KEY, make_table())
        assert lake.preview_object(DATA_KEY, limit=10_000).rows.num_rows == 500
        for offset, limit in ((-1, 10), (0, 0)):
            with pytest.raises(SettingsError):
                lake.preview_object(DATA_KEY, offset=offset, limit=limit)

    def test_objects_can_be_scanned_as_one_dataset(self, lake: Lake) -> None:
        write_table(lake, "old", make_table().slice(0, 3))
        write_table(lake, "new", make_table().slice(3, 2).append_column("tip", pa.array([1.5, 2.5])))
        schema = make_table().schema.append(pa.field("tip", pa.float64()))
        rows = lake.open_dataset(["old", "new"], schema).to_table()
        assert rows["number"].to_pylist() == [0, 1, 2, 3, 4]
        assert rows["tip"].to_pylist() == [None, None, None, 1.5, 2.5]

    def test_a_preview_of_no_rows(self, lake: Lake) -> None:
        write_table(lake, "none", make_table().slice(0, 0))
        preview = lake.preview_object("none")
        assert (preview.rows.num_rows, preview.total_rows, preview.truncated) == (0, 0, False)
        assert preview.rows.schema == make_table().schema

    def test_a_preview_is_bounded_in_bytes(self, small_lake: Lake) -> None:
        """The lake's limit is 1 MB; the first group alone has 40 MB of text."""
        texts = pa.table({"text": pa.array([f"{n:06d}" * 200 for n in range(33_000)])})
        with small_lake.open_writer("big") as file:
            pq.write_table(texts, file, row_group_size=33_000, use_dictionary=False, compression="none")
        preview = small_lake.preview_object("big", limit=5_000)
        assert 0 < preview.rows.num_rows < 5_000
        assert preview.bytes_limited
        assert preview.truncated
        assert preview.bytes_read < 4_000_000
        with pytest.raises(LimitExceeded, match=r"Row 30,000.*PREVIEW_MEGABYTES"):
            small_lake.preview_object("big", offset=30_000, limit=10)
