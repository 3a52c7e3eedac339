"""An object without a footer that can be read: what it is instead, why, and what to do."""

from __future__ import annotations

from datetime import datetime

from lakeside.lake.browse import ObjectFacts
from lakeside.lake.head import Head
from ui.formats import format_bytes, format_count, format_relative, format_utc
from ui.presenters.object_presenter import Fault, ObjectView, present_object
from ui.presenters.views import Fact

_MONTH_AGAIN = "Ingest the month again with `--force`, or take it out with `lakeside remove`."
_AGAIN = "Write it again, or take it out."
_MADE_AGAIN = ("empty", "parquet", "html")
_ADVICE = {
    "empty": "Its writer died before the first byte, or made a placeholder.",
    "encrypted parquet": "Its footer needs the key it was written with. Write it again with a plain footer.",
    "parquet": "It begins as parquet and its end is cut or damaged.",
    "html": "A web page was saved in the file's place: the address it came from answers with a page.",
    "csv": "It is a table of text, whatever its name says: `lakeside adopt` brings it in as a month.",
    "gzip": "If it holds CSV, `lakeside adopt` brings it in as a month.",
}
_ELSE = "Only parquet has rows to look at here; other kinds are listed and can be downloaded."


def present_any_object(facts: ObjectFacts, url: str, now: datetime) -> ObjectView:
    """The whole object, or what can be said of one that cannot be read."""
    if facts.footer is not None:
        return present_object(facts.object, facts.footer, now)
    item = facts.object
    return ObjectView(
        title=item.key.rpartition("/")[2],
        facts=[
            Fact("Rows", "—", "it has no footer that says"),
            Fact("Size", format_bytes(item.size_bytes), f"{format_count(item.size_bytes)} bytes"),
            Fact("What it is", facts.content, "by its first bytes", "warn"),
            Fact("Modified", format_relative(item.modified_at, now), format_utc(item.modified_at)),
        ],
        story=[],
        links=[],
        columns=[],
        pages=1,
        fault=_present_fault(facts, url),
    )


def _present_fault(facts: ObjectFacts, url: str) -> Fault:
    promised = facts.object.key.endswith(".parquet") or facts.content == "parquet"
    title = "Not readable as parquet" if promised else f"Not parquet but {facts.content}"
    reason = (facts.fault or f"It is {facts.content}, not parquet.").replace(f"{url} ", "It ")
    if "reader died" in reason:
        return Fault("Reading it is dangerous", reason, "Do not use it: it ends the process that reads it.")
    advice = _ADVICE.get(facts.content, _ELSE)
    if facts.content in _MADE_AGAIN:
        advice = f"{advice} {_MONTH_AGAIN if facts.object.month else _AGAIN}"
    return Fault(title, reason, advice)


def present_head(head: Head) -> str:
    """`The first 512 bytes of 4,000, in hexadecimal.`"""
    how = "as text" if head.is_text else "in hexadecimal"
    if not head.size_bytes:
        return "There is not one byte to show."
    if head.shown_bytes == head.size_bytes:
        return f"All {format_count(head.size_bytes)} bytes, {how}."
    return f"The first {format_count(head.shown_bytes)} of {format_count(head.size_bytes)} bytes, {how}."
