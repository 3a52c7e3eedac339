"""`lakeside versions`: what an object was before it was replaced or removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.lake.objects import LakeObject
    from lakeside.lake.version_facts import VersionFacts, VersionHistory

_TITLES = ("", "version", "rows", "size", "source", "written", "replaced or removed")


def versions(
    key: ObjectArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Versions to show at most.")] = 20,
    as_json: JsonOption = False,
) -> int:
    """Show the live object and the earlier versions that can be restored, and how long they are kept."""
    from flows.opened import open_services
    from lakeside.lake.version_facts import describe_versions
    from lakeside.settings import load_settings

    lake = open_services(load_settings()).lake
    history = describe_versions(lake, read_key(lake.url, key), limit)
    Output(as_json).show(_as_document(history), lambda: "\n".join(_describe(history)))
    return 0


def _as_document(history: VersionHistory) -> dict[str, Any]:
    retention = history.retention
    return {
        "object": history.key,
        "versions": [_as_version(one) for one in history.versions],
        "truncated": history.truncated,
        "retention": {
            "kept_by": retention.kept_by,
            "versions": retention.versions,
            "version_days": retention.version_days,
            "bucket_versioning": retention.bucket_versioning,
            "sentences": retention.sentences,
        },
    }


def _as_version(one: VersionFacts) -> dict[str, Any]:
    return {
        **as_version(one.object),
        "rows": one.footer.rows if one.footer else None,
        "source": one.source,
        "content_id": one.content_id,
        "run_id": one.run_id,
        "fault": one.fault,
    }


def as_version(found: LakeObject) -> dict[str, Any]:
    """A version in a document: {version, live, size_bytes, modified_at, replaced_at}."""
    return {
        "version": found.version,
        "live": found.is_live,
        "size_bytes": found.size_bytes,
        "modified_at": found.modified_at,
        "replaced_at": found.replaced_at,
    }


def _describe(history: VersionHistory) -> Iterator[str]:
    rows = []
    place = 0
    for one in history.versions:
        found = one.object
        place += not found.is_live
        rows.append(
            (
                "live" if found.is_live else str(place),
                found.version,
                one.footer.rows if one.footer else None,
                format_bytes(found.size_bytes),
                one.source or one.fault,
                f"{found.modified_at:%Y-%m-%d %H:%M:%S}",
                f"{found.replaced_at:%Y-%m-%d %H:%M:%S}" if found.replaced_at else "",
            )
        )
    yield format_table(_TITLES, rows)
    yield ""
    if history.truncated:
        yield f"The newest {len(rows):,}; there are older ones."
    yield from history.retention.sentences
