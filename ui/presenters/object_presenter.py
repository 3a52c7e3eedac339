"""One object of the lake, whole: what its page and its tabs show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.lake.objects import Footer, LakeObject
from ui.formats import format_bytes, format_count, format_counted, format_relative, format_utc
from ui.presenters.origin_presenter import present_story
from ui.presenters.places import link_to_run
from ui.presenters.rows_presenter import PAGE_ROWS
from ui.presenters.views import Fact, Link


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an object cannot be read, and what to do."""

    title: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One object, whole; with a `fault` there are neither rows nor columns."""

    title: str
    facts: Sequence[Fact]
    story: Sequence[str]
    links: Sequence[Link]
    columns: Sequence[str]
    pages: int
    fault: Fault | None = None


def _tell_ratio(ratio: float) -> str:
    return f"{ratio:.1f} times smaller than uncompressed" if ratio >= 1 else "more footer than rows"


def present_object(item: LakeObject, footer: Footer, now: datetime) -> ObjectView:
    """Facts and origin of one object."""
    origin = footer.provenance
    links = [Link("The run that wrote it", link_to_run(origin.run_id))] if origin and origin.run_id else []
    if origin and origin.source_url.startswith(("https://", "http://")):
        links.append(Link("The file at the source", origin.source_url))
    ratio = footer.uncompressed_bytes / item.size_bytes if item.size_bytes else 0
    groups = format_counted(footer.row_groups, "row group")
    return ObjectView(
        title=f"{item.dataset} {item.month}" if item.month else item.key.rpartition("/")[2],
        facts=[
            Fact("Rows", format_count(footer.rows), groups),
            Fact("Size", format_bytes(item.size_bytes), _tell_ratio(ratio)),
            Fact("Columns", format_count(len(footer.schema)), footer.created_by),
            Fact("Modified", format_relative(item.modified_at, now), format_utc(item.modified_at)),
        ],
        story=present_story(origin)
        if origin
        else ["This object was not written by Lakeside; its footer says nothing of its origin."],
        links=links,
        columns=list(footer.schema.names),
        pages=max(1, -(-footer.rows // PAGE_ROWS)),
    )
