"""`lakeside layout`: how a parquet object is laid out, and what could be better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.lake.layout_advice import Advice
    from lakeside.lake.layout_facts import ObjectLayout

_TITLES = ("column", "type", "stored", "plain", "codec", "encodings", "statistics", "page index", "bloom")
_SHOWN = 100


def layout(key: ObjectArgument, as_json: JsonOption = False) -> int:
    """Show row groups, codecs, encodings, statistics and indexes, and advice for BigQuery and previews."""
    from flows.opened import open_services
    from lakeside.lake.layout_report import describe_layout
    from lakeside.settings import load_settings

    lake = open_services(load_settings()).lake
    found = lake.get_object(read_key(lake.url, key))
    facts, advice = describe_layout(lake, found)
    document = {
        "object": found.key,
        **asdict(facts),
        "codecs": facts.codecs,
        "advice": [asdict(one) for one in advice],
    }
    Output(as_json).show(document, lambda: "\n".join(_describe(facts, advice)))
    return 0


def _describe(facts: ObjectLayout, advice: list[Advice]) -> Iterator[str]:
    yield format_table(_TITLES, [_as_line(facts, n) for n in range(min(_SHOWN, len(facts.columns)))])
    if len(facts.columns) > _SHOWN:
        yield f"… and {len(facts.columns) - _SHOWN:,} more columns."
    yield ""
    least, middle, most = facts.rows_a_group
    yield (
        f"{facts.rows:,} rows in {facts.row_groups:,} row groups of {least:,} to {most:,} rows (half have "
        f"{middle:,} or less); {format_bytes(facts.size_bytes)}, footer {format_bytes(facts.footer_bytes)}."
    )
    yield f"Written by {facts.created_by or 'an unnamed writer'}, format {facts.format_version}."
    yield f"Sorted by {', '.join(facts.sorted_by)}." if facts.sorted_by else "No sort order is stated."
    if facts.groups_examined < facts.row_groups:
        yield f"Columns by {facts.groups_examined:,} of {facts.row_groups:,} row groups, evenly spread."
    yield ""
    for one in advice:
        yield f"{one.weight}: {one.title}. {one.why} {one.what}"
    if not advice:
        yield "Nothing to mend: BigQuery and previews read it well."


def _as_line(facts: ObjectLayout, number: int) -> tuple[Any, ...]:
    column = facts.columns[number]
    counts = (column.statistics, column.page_indexes, column.bloom_filters)
    return (
        column.path,
        column.physical_type,
        format_bytes(column.compressed_bytes),
        format_bytes(column.uncompressed_bytes),
        " ".join(column.codecs),
        " ".join(column.encodings),
        *(_tell(count, facts.groups_examined) for count in counts),
    )


def _tell(count: int, of: int) -> str:
    return "no" if not count else "yes" if count == of else f"{count:,} of {of:,}"
