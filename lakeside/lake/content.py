"""What an object is, told from its first bytes where its name or its footer do not say."""

from __future__ import annotations

HEAD_BYTES = 512

# First bytes -> what people call it (the formats' own specifications).
_SIGNATURES = (
    (b"PAR1", "parquet"),
    (b"PARE", "encrypted parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"ARROW1", "arrow"),
    (b"ORC", "orc"),
    (b"Obj\x01", "avro"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def name_content(head: bytes) -> str:
    """A short word for what begins with these bytes: `parquet`, `gzip`, `text`, `empty`, `unknown`, ..."""
    if not head:
        return "empty"
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head[8:12] == b"DUCK":
        return "duckdb"
    return _name_text(head.removeprefix(_BYTE_ORDER_MARK))


def _name_text(head: bytes) -> str:
    if b"\0" in head:
        return "unknown"
    try:
        text = head.decode().lstrip()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character cut at the end of what was read is still text
            return "unknown"
        text = head[: error.start].decode().lstrip()
    lowered = text[:20].lower()
    if lowered.startswith(("<!doctype html", "<html")):
        return "html"
    if lowered.startswith("<?xml"):
        return "xml"
    if text[:1] in ("{", "["):
        return "json"
    return "csv" if _is_csv(text) else "text"


def _is_csv(text: str) -> bool:
    """At least two lines that are complete, with the same number of commas, more than none."""
    counts = {line.count(",") for line in text.split("\n")[:-1][:4] if line.strip()}
    return len(counts) == 1 and counts != {0}
