"""The programs that are compared: each runs as a process of its own, from the URL to the file it writes.

`python -m benchmarks.contenders NAME URL OUTPUT`
"""

from __future__ import annotations

import sys
from pathlib import Path


def course(url: str, output: str) -> None:
    """What the data engineering course does: pandas reads the URL, times are parsed, parquet by gzip."""
    import pandas as pd

    frame = pd.read_csv(url)
    for name in ("tpep_pickup_datetime", "tpep_dropoff_datetime"):
        frame[name] = pd.to_datetime(frame[name])
    frame.to_parquet(output, compression="gzip")


def duckdb(url: str, output: str) -> None:
    """DuckDB's COPY. Its httpfs extension is not part of the core, so the script downloads first."""
    import shutil
    import urllib.request

    import duckdb as driver

    local = f"{output}.csv.gz"
    with urllib.request.urlopen(url) as answer, Path(local).open("wb") as copy:
        shutil.copyfileobj(answer, copy, 1 << 20)
    driver.sql(f"COPY (SELECT * FROM read_csv('{local}')) TO '{output}' (FORMAT parquet, COMPRESSION zstd)")


def gunzip(url: str, output: str) -> None:
    """The floor: fetch and inflate with isal, and throw the text away."""
    import urllib.request
    import zlib  # noqa: F401 - imported by every contender, so by the floor too

    from isal import igzip

    with urllib.request.urlopen(url) as answer, igzip.open(answer, "rb") as text:
        while text.read(1 << 20):
            pass
    Path(output).touch()


CONTENDERS = {"course": course, "duckdb": duckdb, "gunzip": gunzip}

if __name__ == "__main__":
    CONTENDERS[sys.argv[1]](sys.argv[2], sys.argv[3])
