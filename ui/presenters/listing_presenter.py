"""The lake's listing as people read it: folders, objects in order, and what their footers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lakeside.lake.browse import ObjectFacts
from lakeside.lake.find import (
    Folder,
    RowCounts,
    Sort,
    Wanted,
    gather_folders,
    list_direct,
    narrow,
    sort_folders,
    sort_objects,
)
from lakeside.lake.layout import QUARANTINE_PREFIX, REFERENCE_PREFIX
from lakeside.lake.objects import Footer, LakeObject, ObjectListing
from lakeside.lake.totals import area_of
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_relative,
    format_utc,
    short_id,
)
from ui.presenters.lake_place import Place
from ui.presenters.looks import COVERAGE
from ui.presenters.places import link_to_object, link_to_run
from ui.presenters.views import Column, Fact, Table, TableCell

PAGE_ENTRIES = 25
_MEANINGS = {
    "data/": "months of trips",
    QUARANTINE_PREFIX: "rows set aside",
    REFERENCE_PREFIX: "lookup tables",
}
Entry = Folder | LakeObject


@dataclass(frozen=True, slots=True)
class ListingView:
    """The whole list, narrowed and in order, before it is cut into pages, and what to say about it."""

    entries: Sequence[Entry]
    summary: str
    caveat: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-len(self.entries) // PAGE_ENTRIES))

    def cut(self, page: int) -> Sequence[Entry]:
        """The entries of a page, counted from 1."""
        return self.entries[(page - 1) * PAGE_ENTRIES : page * PAGE_ENTRIES]


def present_listing(listing: ObjectListing, place: Place, counts: RowCounts) -> ListingView:
    """Folders first, then objects; the order holds for the whole listing."""
    found = narrow(listing.objects, place.words)
    wanted = place.wanted
    shown = found if place.is_flat else list_direct(place.prefix, found)
    folders = [] if place.is_flat else sort_folders(gather_folders(place.prefix, found), wanted)
    entries: list[Entry] = [*folders, *sort_objects(shown, wanted, counts)]
    return ListingView(entries, _summarise(listing, place, found), _say_uncounted(wanted, counts))


def _summarise(listing: ObjectListing, place: Place, found: Sequence[LakeObject]) -> str:
    """`3 of 12 objects fit`, `first 20,000 of 20,000+ objects`."""
    listed = len(listing.objects)
    if listing.truncated:
        total = f"first {listed:,} of {format_counted(listed, 'object').replace(' ', '+ ', 1)} by name"
    else:
        total = format_counted(listed, "object")
    below = f" below {place.prefix}" if place.prefix else ""
    if not place.words.strip():
        return f"{total}{below}, {format_bytes(sum(o.size_bytes for o in found))}"
    fit = "fits" if len(found) == 1 else "fit"
    return f"{format_count(len(found))} of the {total}{below} {fit}"


def _say_uncounted(wanted: Wanted, counts: RowCounts) -> str:
    left_out = counts.asked - counts.looked_at
    if wanted.sort is not Sort.ROWS or not left_out:
        return ""
    bound = "COUNTED_FOOTERS" if counts.limit == "number" else "COUNTING_SECONDS"
    return (
        f"In order of rows: the first {format_counted(counts.looked_at, 'object')} by name. The footers of "
        f"{format_count(left_out)} more were not read (LAKESIDE_LIMITS__{bound}); they stand at the end."
    )


def present_lake_facts(listing: ObjectListing, url: str) -> list[Fact]:
    """Objects, size, datasets, place."""
    size = sum(o.size_bytes for o in listing.objects)
    months = [o for o in listing.objects if o.dataset]
    names = list(dict.fromkeys(o.dataset for o in months if o.dataset))
    more = "+" if listing.truncated else ""
    note = "the first of more" if more else f"{format_counted(len(months), 'month')} of data"
    return [
        Fact("Objects", format_count(len(listing.objects)) + more, note),
        Fact("Size", format_bytes(size) + more, "compressed, as stored"),
        Fact("Datasets", format_count(len(names)), ", ".join(names) or "none yet"),
        Fact("Newest month", max((str(o.month) for o in months), default=UNKNOWN), url),
    ]


def present_entries(
    entries: Sequence[Entry], facts: Mapping[str, ObjectFacts], place: Place, now: datetime
) -> Table:
    """One page of the listing; without facts, what the listing alone knows."""
    titles = [("Name", Sort.NAME, False), ("What", None, False), ("Rows", Sort.ROWS, True)]
    titles += [("Size", Sort.SIZE, True), ("Modified", Sort.MODIFIED, False)]
    columns = [_head(title, sort, place, numeric) for title, sort, numeric in titles]
    columns += [Column("Source"), Column("Written by")]
    start = 0 if place.is_flat else place.prefix.rfind("/") + 1
    rows = [
        _folder_row(entry, start, place, now)
        if isinstance(entry, Folder)
        else _object_row(entry, facts.get(entry.key), entry.key[start:], now)
        for entry in entries
    ]
    return Table("Objects of the lake", columns, rows)


def _head(title: str, sort: Sort | None, place: Place, numeric: bool) -> Column:
    if sort is None:
        return Column(title, numeric)
    wanted = place.wanted
    down = not wanted.descending if wanted.sort is sort else sort is not Sort.NAME
    text = f"-{sort}" if down else sort.value
    order = None if wanted.sort is not sort else "descending" if wanted.descending else "ascending"
    return Column(title, numeric, replace(place, sort="" if text == place.default_sort else text).href, order)


def _folder_row(folder: Folder, start: int, place: Place, now: datetime) -> list[TableCell]:
    meaning = _MEANINGS.get(folder.prefix)
    count = format_counted(folder.objects, "object")
    return [
        TableCell(folder.prefix[start:], href=replace(place, prefix=folder.prefix).href, title=folder.prefix),
        TableCell(f"{count} · {meaning}" if meaning else count),
        TableCell(""),
        _size_cell(folder.size_bytes),
        _time_cell(folder.modified_at, now),
        TableCell(""),
        TableCell(""),
    ]


def _object_row(found: LakeObject, facts: ObjectFacts | None, name: str, now: datetime) -> list[TableCell]:
    footer = facts.footer if facts else None
    return [
        TableCell(name, href=link_to_object(found.key), title=found.key),
        _what_cell(found, facts),
        TableCell(format_count(footer.rows) if footer else UNKNOWN),
        _size_cell(found.size_bytes),
        _time_cell(found.modified_at, now),
        _source_cell(footer),
        _writer_cell(footer),
    ]


def _what_cell(found: LakeObject, facts: ObjectFacts | None) -> TableCell:
    """`green 2020-10`, `csv`, or that it is broken, with the reason on hovering."""
    area = area_of(found)
    named = f"{area} {found.month}" if found.month else area
    if facts is None or (facts.footer and not facts.fault):
        return TableCell(named if facts is None or area != "other" else "parquet")
    if facts.fault:
        return TableCell("", look=COVERAGE["broken"], title=facts.fault)
    return TableCell(facts.content, title=f"Not parquet: {facts.content}, by its first bytes.")


def _source_cell(footer: Footer | None) -> TableCell:
    if footer is None:
        return TableCell(UNKNOWN)
    return (
        TableCell(footer.provenance.source) if footer.provenance else TableCell("", look=COVERAGE["foreign"])
    )


def _writer_cell(footer: Footer | None) -> TableCell:
    if footer is None:
        return TableCell(UNKNOWN)
    origin = footer.provenance
    return TableCell(
        present_writer(footer), href=link_to_run(origin.run_id) if origin and origin.run_id else None
    )


def _size_cell(size_bytes: int) -> TableCell:
    return TableCell(format_bytes(size_bytes), title=f"{format_count(size_bytes)} bytes")


def _time_cell(at: datetime, now: datetime) -> TableCell:
    return TableCell(format_relative(at, now), title=format_utc(at))


def present_writer(footer: Footer) -> str:
    """`run 1a2b3c4d`, `lakeside 0.1.0` or what the parquet writer calls itself."""
    origin = footer.provenance
    if origin is None:
        return footer.created_by or UNKNOWN
    return f"run {short_id(origin.run_id)}" if origin.run_id else f"lakeside {origin.program_version}"
