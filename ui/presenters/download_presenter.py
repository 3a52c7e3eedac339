"""Downloads in words: what their limits are, and what a file holds."""

from __future__ import annotations

from lakeside.lake.objects import Export, Format, LakeObject
from lakeside.settings import LimitSettings
from ui.formats import format_bytes, format_count, format_duration, format_rows
from ui.presenters.looks import Look
from ui.presenters.rows_presenter import RowsPlace
from ui.presenters.views import Notice

TITLES = {Format.CSV: "CSV", Format.PARQUET: "Parquet"}
_READY = Look("✓", "ready", "good")
_GUARD = " Text that a spreadsheet would run as a formula gets an apostrophe before it."


def present_export_limit(kind: Format, limits: LimitSettings, place: RowsPlace) -> str:
    """What a file of rows may hold at most."""
    order = " They stand in the file's order." if place.sort else ""
    return (
        f"At most {format_rows(limits.download_rows)}, {format_bytes(limits.download_megabytes * 1e6)} and "
        f"{format_duration(limits.download_seconds)}.{order}{_GUARD if kind is Format.CSV else ''}"
    )


def present_export(made: Export) -> Notice:
    """What the file holds, and whether rows are missing."""
    size = format_bytes(len(made.content))
    detail = "Every row that was chosen is in it."
    if made.limit:
        detail = f"Cut at the limit of {made.limit}: more rows follow. Narrow the condition or the columns."
    return Notice(_READY, f"Save {format_rows(made.rows)} ({size})", detail)


def name_file(key: str, place: RowsPlace, kind: Format) -> str:
    """The object's name, with what was done to it."""
    stem = key.rpartition("/")[2].removesuffix(".parquet")
    return f"{stem}{'_filtered' if place.where else ''}.{kind.value}"


def fits_download(item: LakeObject, limits: LimitSettings) -> bool:
    """Whether the whole object may be downloaded."""
    return item.size_bytes <= limits.download_megabytes * 1e6


def present_object_limit(item: LakeObject, limits: LimitSettings) -> str:
    """How large the object is, and what to do when that is too much."""
    most = format_bytes(limits.download_megabytes * 1e6)
    if fits_download(item, limits):
        return f"The whole object: {format_bytes(item.size_bytes)}, of at most {most}."
    return (
        f"The whole object has {format_bytes(item.size_bytes)} ({format_count(item.size_bytes)} bytes), more "
        f"than the {most} a download may have. Copy it by its path or URL: the tab “Use it” has both."
    )
