"""The lake's listing as people read it: which objects, in which order, with what their footers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lakeside.errors import LakesideError
from lakeside.lake.layout import QUARANTINE_PREFIX, REFERENCE_PREFIX
from lakeside.lake.objects import Footer, LakeObject, ObjectListing
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_relative,
    format_utc,
    short_id,
)
from ui.presenters.looks import COVERAGE
from ui.presenters.places import link_to_object, link_to_run
from ui.presenters.views import Column, Fact, Table, TableCell

PAGE_OBJECTS = 25
ALL = "all"
SORTS = ("newest", "name", "largest")
AREAS = {QUARANTINE_PREFIX: "quarantine", REFERENCE_PREFIX: "reference"}


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
