"""Rows of an object: the page that is shown and what reading it took."""

from __future__ import annotations

from lakeside.lake.objects import Preview
from ui.formats import format_bytes, format_count, format_counted, format_duration, format_rows

PAGE_ROWS = 100


def present_cost(preview: Preview, elapsed_seconds: float | None = None) -> str:
    """`Rows 1 to 100 of 95,120; read 1.2 MB from 1 row group (0).`"""
    first = preview.offset + 1 if preview.rows.num_rows else 0
    last = preview.offset + preview.rows.num_rows
    groups = format_counted(len(preview.row_groups_read), "row group")
    words = (
        f"Rows {format_count(first)} to {format_count(last)} of {format_rows(preview.total_rows)}; "
        f"read {format_bytes(preview.bytes_read)} from {groups}"
    )
    words += f" in {format_duration(elapsed_seconds)}." if elapsed_seconds is not None else "."
    doubts = [f"{name} {reason}." for name, reason in preview.statistics_doubted.items()]
    return " ".join([words, *doubts, *(["All row groups were looked through."] if doubts else [])])
