"""Where an object came from, in sentences."""

from __future__ import annotations

from lakeside.lake.provenance import Provenance
from ui.formats import format_bytes, format_count, format_utc


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
