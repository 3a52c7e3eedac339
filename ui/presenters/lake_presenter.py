"""The lake as people read it: its objects, and one object with its origin, schema and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.errors import LakesideError
from lakeside.lake.layout import QUARANTINE_PREFIX, REFERENCE_PREFIX
from lakeside.lake.objects import Footer, LakeObject, ObjectListing, Preview
from lakeside.lake.provenance import Provenance
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_duration,
    format_relative,
    format_rows,
    format_share,
    format_utc,
    short_id,
)
from ui.presenters.looks import COVERAGE
from ui.presenters.places import link_to_object, link_to_run
from ui.presenters.views import Column, Fact, Link, Table, TableCell

PAGE_OBJECTS = 25
PAGE_ROWS = 100
ALL = "all"
SORTS = ("newest", "name", "largest")
AREAS = {QUARANTINE_PREFIX: "quarantine", REFERENCE_PREFIX: "reference"}


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One object, whole."""

    title: str
    facts: Sequence[Fact]
    story: Sequence[str]
    links: Sequence[Link]
    schema: Table
    columns: Sequence[str]
    pages: int
    code: Mapping[str, str]


def area_of(item: LakeObject) -> str:
    """The dataset of a month's object, else `quarantine`, `reference` or `other`."""
    if item.dataset:
        return item.dataset
    return next((name for prefix, name in AREAS.items() if item.key.startswith(prefix)), "other")


def list_areas(listing: ObjectListing) -> list[str]:
    """What the listing can be narrowed to."""
    return [ALL, *dict.fromkeys(area_of(item) for item in listing.objects)]


def select_objects(listing: ObjectListing, area: str, words: str, sort: str) -> list[LakeObject]:
    """The whole listing narrowed and sorted, before it is cut into pages."""
    wanted = words.casefold().strip()
    found = [o for o in listing.objects if area in (ALL, area_of(o)) and wanted in o.key.casefold()]
    if sort == "newest":
        return sorted(found, key=lambda o: o.modified_at, reverse=True)
    if sort == "largest":
        return sorted(found, key=lambda o: o.size_bytes, reverse=True)
    return found


def present_lake_facts(listing: ObjectListing, url: str) -> list[Fact]:
    """Objects, size, datasets, place."""
    size = sum(o.size_bytes for o in listing.objects)
    months = [o for o in listing.objects if o.dataset]
    names = list(dict.fromkeys(o.dataset for o in months if o.dataset))
    count = format_count(len(listing.objects)) + ("+" if listing.truncated else "")
    note = "the first of more" if listing.truncated else f"{format_counted(len(months), 'month')} of data"
    return [
        Fact("Objects", count, note),
        Fact("Size", format_bytes(size), "compressed, as stored"),
        Fact("Datasets", format_count(len(names)), ", ".join(names) or "none yet"),
        Fact("Newest", max((str(o.month) for o in months), default=UNKNOWN), url),
    ]


def present_objects(
    objects: Sequence[LakeObject], footers: Mapping[str, Footer | LakesideError], now: datetime
) -> Table:
    """One page of the listing, with what the footers say."""
    columns = [
        Column("Object"),
        Column("Month"),
        Column("Rows", numeric=True),
        Column("Size", numeric=True),
        Column("Modified"),
        Column("Source"),
        Column("Written by"),
    ]
    return Table(
        "Objects of the lake", columns, [_present_object_row(o, footers.get(o.key), now) for o in objects]
    )


def _present_object_row(
    item: LakeObject, footer: Footer | LakesideError | None, now: datetime
) -> list[TableCell]:
    start = [
        TableCell(item.key, href=link_to_object(item.key), title=item.key),
        TableCell(f"{area_of(item)} {item.month}" if item.month else area_of(item)),
    ]
    end = [
        TableCell(format_bytes(item.size_bytes), title=f"{format_count(item.size_bytes)} bytes"),
        TableCell(format_relative(item.modified_at, now), title=format_utc(item.modified_at)),
    ]
    if not isinstance(footer, Footer):
        reason = footer.message if footer else "The footer was not read."
        return [
            *start,
            TableCell(UNKNOWN),
            *end,
            TableCell("", look=COVERAGE["broken"], title=reason),
            TableCell(UNKNOWN),
        ]
    origin = footer.provenance
    source = TableCell(origin.source) if origin else TableCell("", look=COVERAGE["foreign"])
    writer = TableCell(
        present_writer(footer), href=link_to_run(origin.run_id) if origin and origin.run_id else None
    )
    return [*start, TableCell(format_count(footer.rows)), *end, source, writer]


def present_writer(footer: Footer) -> str:
    """`run 1a2b3c4d`, `lakeside 0.1.0` or what the parquet writer calls itself."""
    origin = footer.provenance
    if origin is None:
        return footer.created_by or UNKNOWN
    return f"run {short_id(origin.run_id)}" if origin.run_id else f"lakeside {origin.program_version}"


def present_object(item: LakeObject, footer: Footer, url: str, now: datetime) -> ObjectView:
    """Facts, origin in sentences, schema and code of one object."""
    origin = footer.provenance
    links = [Link("The run that wrote it", link_to_run(origin.run_id))] if origin and origin.run_id else []
    ratio = footer.uncompressed_bytes / item.size_bytes if item.size_bytes else 0
    groups = format_counted(footer.row_groups, "row group")
    return ObjectView(
        title=f"{item.dataset} {item.month}" if item.month else item.key.rpartition("/")[2],
        facts=[
            Fact("Rows", format_count(footer.rows), groups),
            Fact("Size", format_bytes(item.size_bytes), f"{ratio:.1f} times smaller than uncompressed"),
            Fact("Columns", format_count(len(footer.schema)), footer.created_by),
            Fact("Modified", format_relative(item.modified_at, now), format_utc(item.modified_at)),
        ],
        story=present_story(origin)
        if origin
        else ["This object was not written by Lakeside; its footer says nothing of its origin."],
        links=links,
        schema=present_schema(footer),
        columns=list(footer.schema.names),
        pages=max(1, -(-footer.rows // PAGE_ROWS)),
        code=present_code(url),
    )


def present_story(origin: Provenance) -> list[str]:
    """Where the object came from and what became of its rows."""
    made = "made up on this machine (synthetic)" if origin.synthetic else f"fetched from {origin.source_url}"
    size = f", {format_bytes(origin.source_bytes)}" if origin.source_bytes else ""
    sentences = [
        f"{origin.dataset} {origin.month} from the source {origin.source}, {made}{size}.",
        present_rows_sentence(origin),
        f"Written {format_utc(origin.written_at)} by Lakeside {origin.program_version} "
        f"under contract version {origin.contract_version}.",
        f"The source's bytes have sha256 {origin.source_sha256}"
        + (f" and ETag {origin.source_etag}." if origin.source_etag else "."),
    ]
    if origin.columns_added:
        sentences.append(f"Kept from outside the contract: {', '.join(origin.columns_added)}.")
    if origin.columns_discarded:
        sentences.append(f"Dropped from outside the contract: {', '.join(origin.columns_discarded)}.")
    if origin.columns_missing:
        sentences.append(f"Not in the source, written as null: {', '.join(origin.columns_missing)}.")
    return sentences


def present_rows_sentence(origin: Provenance) -> str:
    """`95,120 rows read = 95,120 written + 0 set aside.`"""
    sign = "=" if origin.is_consistent else "≠"
    words = (
        f"{format_count(origin.rows_read)} rows read {sign} {format_count(origin.rows_written)} written "
        f"+ {format_count(origin.rows_rejected)} set aside"
    )
    reasons = ", ".join(f"{format_count(n)} {reason}" for reason, n in origin.rejected_by_reason.items())
    return f"{words} ({reasons})." if reasons else f"{words}."


def present_schema(footer: Footer) -> Table:
    """Columns with type and, where the footer has them, exact figures."""
    columns = [
        Column("Column"),
        Column("Type"),
        Column("Values", numeric=True),
        Column("Null", numeric=True),
        Column("Null share", numeric=True),
        Column("Smallest", numeric=True),
        Column("Largest", numeric=True),
    ]
    figures = {c.name: c for c in footer.provenance.columns} if footer.provenance else {}
    rows = []
    for field in footer.schema:
        found = figures.get(field.name)
        cells = [TableCell(field.name), TableCell(str(field.type))]
        texts = (
            [
                format_count(found.count),
                format_count(found.nulls),
                format_share(found.nulls, found.count + found.nulls),
                found.min or UNKNOWN,
                found.max or UNKNOWN,
            ]
            if found
            else [UNKNOWN] * 5
        )
        rows.append([*cells, *map(TableCell, texts)])
    return Table("Schema", columns, rows)


def present_code(url: str) -> dict[str, str]:
    """Code that reads exactly this object."""
    options = ', storage_options={"token": "google_default"}' if url.startswith("gs://") else ""
    return {
        "pandas": f'import pandas as pd\n\ntrips = pd.read_parquet("{url}"{options})\n',
        "DuckDB": f"SELECT * FROM read_parquet('{url}') LIMIT 100;\n",
    }


def present_cost(preview: Preview, elapsed_seconds: float | None = None) -> str:
    """`Rows 1 to 100 of 95,120; read 1.2 MB from 1 row group (0).`"""
    first = preview.offset + 1 if preview.rows.num_rows else 0
    last = preview.offset + preview.rows.num_rows
    groups = format_counted(len(preview.row_groups_read), "row group")
    words = (
        f"Rows {format_count(first)} to {format_count(last)} of {format_rows(preview.total_rows)}; "
        f"read {format_bytes(preview.bytes_read)} from {groups}"
    )
    return words + (f" in {format_duration(elapsed_seconds)}." if elapsed_seconds is not None else ".")
