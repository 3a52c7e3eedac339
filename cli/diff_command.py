"""`lakeside diff`: what differs between two versions of an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.tables import format_cell, format_table
from cli.versions_command import as_version

if TYPE_CHECKING:
    from lakeside.lake.version_compare import ColumnDifference, VersionDifference

VERSION_HELP = "Name of a version, the beginning of one, its place (1: the newest earlier one), or live."
VersionArgument = Annotated[
    str | None, typer.Argument(metavar="[VERSION]", help=VERSION_HELP, show_default=False)
]
_TITLES = ("column", "", "what", "before", "after", "by")


def diff(
    key: ObjectArgument,
    old: VersionArgument = None,
    new: VersionArgument = None,
    as_json: JsonOption = False,
) -> int:
    """Compare two versions by their footers: columns, rows, ranges, sums. By default the last two.

    One version is compared with the live object.
    """
    from flows.opened import open_services
    from lakeside.lake.version_compare import compare_versions
    from lakeside.lake.versions import LIVE, get_version
    from lakeside.settings import load_settings

    lake = open_services(load_settings()).lake
    listing = lake.list_versions(read_key(lake.url, key), 1_000)
    chosen = [get_version(listing, name) for name in (old or "1", new or LIVE)]
    found = compare_versions(lake, *chosen)
    Output(as_json).show(_as_document(listing.key, found), lambda: "\n".join(_describe(found)))
    return 0


def _as_document(key: str, found: VersionDifference) -> dict[str, Any]:
    return {
        "object": key,
        "old": {**as_version(found.old), "rows": found.old_rows},
        "new": {**as_version(found.new), "rows": found.new_rows},
        "equal": found.is_equal,
        "same_content": found.same_content,
        "columns_moved": found.moved,
        "facts": [{"name": f.name, "old": f.old, "new": f.new} for f in found.facts],
        "columns": [
            {
                "name": column.name,
                "state": column.state,
                "renamed_from": column.renamed_from,
                "old_type": column.old_type,
                "new_type": column.new_type,
                "basis": column.basis,
                "changes": [{"figure": c.name, "old": c.old, "new": c.new} for c in column.changes],
            }
            for column in found.columns
        ],
    }


def _describe(found: VersionDifference) -> Iterator[str]:
    for word, one, rows in (("before", found.old, found.old_rows), ("after", found.new, found.new_rows)):
        live = ", live" if one.is_live else ""
        yield f"{word}: {one.version} ({rows:,} rows, {one.size_bytes:,} bytes{live})"
    yield ""
    lines = [line for column in found.columns for line in _list_lines(column)]
    lines += [("", "", fact.name, fact.old, fact.new, "provenance") for fact in found.facts]
    if lines:
        yield format_table(_TITLES, lines)
        yield ""
    if found.moved:
        yield "The columns stand in another order."
    same = sum(column.state == "same" for column in found.columns)
    yield (
        "Nothing differs that the footers tell."
        if found.is_equal
        else f"{same:,} of {len(found.columns):,} columns are the same."
    )
    if any(column.basis == "statistics" for column in found.columns):
        yield "`statistics` are bounds in the parquet footer; sums are known of objects Lakeside wrote."


def _list_lines(column: ColumnDifference) -> Iterator[tuple[Any, ...]]:
    if column.state in ("added", "removed"):
        yield (column.name, column.state, "type", column.old_type, column.new_type, "")
    if column.renamed_from:
        yield (column.name, "renamed", "name", column.renamed_from, column.name, "")
    if column.state == "changed" and column.old_type != column.new_type:
        yield (column.name, "changed", "type", column.old_type, column.new_type, "")
    for change in column.changes:
        old, new = (format_cell(value) for value in (change.old, change.new))
        yield (column.name, "changed", change.name, old, new, column.basis)
