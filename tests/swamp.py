"""Files nobody of ours wrote: every kind a lake may hold, from odd to broken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MANY = 5_000
ODD_NAMES = [
    "",
    " ",
    "a.b",
    "select",
    'quo"te',
    "back`tick",
    "naïve 🚕",
    "new\nline",
    "<b>bold</b>",
    "x" * 300,
]


def fill_swamp(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(make_nested(), folder / "nested.parquet", row_group_size=2)
    pq.write_table(make_plain(), folder / "types.parquet")
    pq.write_table(pa.table({name: [1, 2] for name in ODD_NAMES}), folder / "odd names.parquet")
    columns = {f"c{number:04d}": [number, number + 1] for number in range(MANY)}
    pq.write_table(pa.table(columns), folder / "wide.parquet")
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), folder / "no rows.parquet")
    pq.write_table(make_plain(), folder / "wrong extension.csv")
    content = (folder / "types.parquet").read_bytes()
    (folder / "no footer.parquet").write_bytes(content[: len(content) // 2])
    (folder / "encrypted footer.parquet").write_bytes(b"PARE" + content[4:-4] + b"PARE")
    (folder / "zero bytes.parquet").write_bytes(b"")
    (folder / "page.parquet").write_bytes(b"<!doctype html><title>404</title><p>Not found</p>")
    (folder / "table.parquet").write_bytes(b"a,b\n1,2\n3,4\n")
    (folder / "noise.parquet").write_bytes(bytes((n * 37 + n // 7) % 256 for n in range(4_000)))
    (folder / "footer of noise.parquet").write_bytes(
        b"PAR1" + bytes(200) + (200).to_bytes(4, "little") + b"PAR1"
    )
    write_lie(folder / "lie.parquet")


def make_plain() -> pa.Table:
    """Decimals, dictionaries, binary, zones and the ends of time."""
    moments = [dt.datetime(9999, 12, 31, 23, 59, 59), None, dt.datetime(1, 1, 1)]  # noqa: DTZ001
    return pa.table(
        {
            "decimal": pa.array([Decimal("1.50"), None, Decimal("-99999999.99")], pa.decimal128(38, 2)),
            "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
            "binary": pa.array([b"\x00\xff", None, b""], pa.binary()),
            "fixed": pa.array([b"abcd", None, b"\xff\xfe\xfd\xfc"], pa.binary(4)),
            "zoned": pa.array(moments, pa.timestamp("us", "America/New_York")),
            "wall": pa.array(moments, pa.timestamp("us")),
            "nanoseconds": pa.array([1, None, 2**62], pa.int64()).view(pa.timestamp("ns")),
            "time": pa.array([dt.time(23, 59, 59), None, dt.time(0)], pa.time64("us")),
            "date": pa.array([dt.date(9999, 12, 31), None, dt.date(1, 1, 1)], pa.date32()),
            "half": pa.array([1.5, None, float("nan")], pa.float16()),
            "nothing": pa.nulls(3),
        }
    )


def make_nested() -> pa.Table:
    """Lists, structs and maps in each other."""
    return pa.table(
        {
            "list": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
            "struct": pa.array(
                [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}],
                pa.struct({"a": pa.int32(), "b": pa.string()}),
            ),
            "map": pa.array([[("k", 1.5)], None, []], pa.map_(pa.string(), pa.float64())),
            "deep": pa.array([[{"m": [("k", [1])]}], [], None], pa.list_(pa.struct({"m": _DEEP}))),
        }
    )


_DEEP = pa.map_(pa.string(), pa.list_(pa.int32()))


def write_lie(path: Path, rows: int = 300) -> None:
    """A file whose statistics are those of other rows: they rule out what is there.

    Two files of equal shape, one with small and one with large numbers, exchange their data pages.
    """
    small = pa.table({"n": pa.array(range(rows), pa.int64())})
    large = pa.table({"n": pa.array(range(10**9, 10**9 + rows), pa.int64())})
    options = {"row_group_size": 100, "compression": "none", "use_dictionary": False}
    other = path.with_suffix(".other")
    pq.write_table(small, path, **options)
    pq.write_table(large, other, **options)
    content, donor = bytearray(path.read_bytes()), other.read_bytes()
    other.unlink()
    metadata = pq.read_metadata(path)
    for number in range(metadata.num_row_groups):
        chunk = metadata.row_group(number).column(0)
        start, end = chunk.data_page_offset, chunk.data_page_offset + chunk.total_compressed_size
        content[start:end] = donor[start:end]
    path.write_bytes(bytes(content))
