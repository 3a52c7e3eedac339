"""`lakeside ls`: what lies in the lake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption
from cli.output import Output
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.lake.browse import Browse, ObjectFacts
    from lakeside.lake.find import Wanted

_FOLDER_TITLES = ("folder", "objects", "size")
_OBJECT_TITLES = ("object", "what", "size", "rows", "modified", "fed by", "why")


def ls(
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="Where names begin, for example data/green/.")
    ] = "",
    limit: Annotated[
        int, typer.Option(help="Objects to show at most; a footer is read for each.", min=1)
    ] = 1_000,
    match: Annotated[
        str,
        typer.Option(
            help="Part of the name, or a glob: *2020-1?* (of the name), data/**/*.csv (of the key)."
        ),
    ] = "",
    sort: Annotated[
        str, typer.Option(metavar="BY", help="name, size, rows or modified; -size is the largest first.")
    ] = "name",
    as_json: JsonOption = False,
) -> int:
    """List objects below a prefix: folders, sizes, rows, and what each object is."""
    from flows.opened import open_services
    from lakeside.lake.browse import browse
    from lakeside.settings import load_settings

    lake = open_services(load_settings(), apart=True).lake
    found = browse(lake, prefix, limit, read_wanted(match, sort))
    document = {
        "lake": lake.url,
        "prefix": found.prefix,
        "folders": [
            {"prefix": f.prefix, "objects": f.objects, "size_bytes": f.size_bytes} for f in found.folders
        ],
        "objects": [_as_row(facts) for facts in found.objects],
        "objects_listed": found.objects_listed,
        "objects_found": found.objects_found,
        "footers_counted": found.counts.looked_at,
        "footers_left_out": found.counts.asked - found.counts.looked_at,
        "listing_cut": found.listing_cut,
        "truncated": found.truncated,
        "listed_at": found.listed_at,
    }
    Output(as_json).show(document, lambda: "\n".join(_describe(lake.url, found)))
    return 0


def read_wanted(match: str, sort: str) -> Wanted:
    """Which objects in which order; SettingsError names an order that there is not."""
    from lakeside.errors import SettingsError
    from lakeside.lake.find import Sort, Wanted

    name = sort.removeprefix("-")
    if name not in set(Sort):
        raise SettingsError(
            f"--sort {sort} is not an order of objects.", f"Use {', '.join(Sort)}, or - before."
        )
    return Wanted(match, Sort(name), descending=sort.startswith("-"))


def _as_row(facts: ObjectFacts) -> dict[str, Any]:
    found, footer = facts.object, facts.footer
    provenance = footer.provenance if footer else None
    return {
        "key": found.key,
        "content": facts.content,
        "size_bytes": found.size_bytes,
        "rows": footer.rows if footer else None,
        "columns": len(footer.schema) if footer else None,
        "row_groups": footer.row_groups if footer else None,
        "modified_at": found.modified_at,
        "dataset": found.dataset,
        "month": str(found.month) if found.month else None,
        "source": facts.source,
        "synthetic": provenance.synthetic if provenance else None,
        "reason": facts.fault,
    }


def _describe(url: str, found: Browse) -> Iterator[str]:
    if found.objects_listed and not found.objects_found:
        yield f"None of {found.objects_listed:,} objects has a name that fits."
        return
    if not found.objects:
        yield (
            f"{url} has no object whose name begins with {found.prefix}."
            if found.prefix
            else (f"{url} is empty. Fill it with `lakeside ingest green 2020-10`.")
        )
        return
    if found.folders:
        rows = [(f.prefix, f.objects, format_bytes(f.size_bytes)) for f in found.folders]
        yield format_table(_FOLDER_TITLES, rows)
        yield ""
    yield format_table(_OBJECT_TITLES, [_as_line(facts, url) for facts in found.objects])
    yield ""
    yield count_objects(found)
    left_out = found.counts.asked - found.counts.looked_at
    if left_out:
        yield (
            f"In order of rows are the first {found.counts.looked_at:,} by name; {left_out:,} were not "
            f"looked at (limit of {found.counts.limit})."
        )


def _as_line(facts: ObjectFacts, url: str) -> tuple[Any, ...]:
    found, footer = facts.object, facts.footer
    address = f"{url.rstrip('/')}/{found.key}"  # the line's first cell says it already
    return (
        found.key,
        facts.content,
        format_bytes(found.size_bytes),
        footer.rows if footer else None,
        f"{found.modified_at:%Y-%m-%d %H:%M} UTC",
        facts.source or ("foreign" if footer else None),
        facts.fault.replace(f"{address} ", "") if facts.fault else None,
    )


def count_objects(found: Browse) -> str:
    """`2 objects`, `first 10 of 12 objects`, `first 10 of 20,000+ objects`."""
    more = "+" if found.listing_cut else ""
    shown, total = len(found.objects), f"{found.objects_found:,}{more}"
    noun = "object" if total == "1" else "objects"
    return f"first {shown:,} of {total} {noun}" if found.truncated else f"{total} {noun}"
