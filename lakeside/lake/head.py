"""The first bytes of an object for people: as text where they are text, else in hexadecimal."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN_BYTES = 2_048
_LINE_BYTES = 16
_HEX_BYTES = 512


@dataclass(frozen=True, slots=True)
class Head:
    """Lines of the first `shown_bytes` of `size_bytes`; `is_text` says how they are written."""

    lines: tuple[str, ...]
    is_text: bool
    shown_bytes: int
    size_bytes: int


def describe_head(first: bytes, size_bytes: int) -> Head:
    """Text as it is, its control characters replaced; anything else 16 bytes a line, as `xxd` does."""
    text = _as_text(first)
    if text is not None:
        return Head(tuple(text.split("\n")), True, len(first), size_bytes)
    shown = first[:_HEX_BYTES]
    lines = tuple(_dump(shown[at : at + _LINE_BYTES], at) for at in range(0, len(shown), _LINE_BYTES))
    return Head(lines, False, len(shown), size_bytes)


def _as_text(first: bytes) -> str | None:
    if b"\0" in first:
        return None
    try:
        text = first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(first) - 3:  # a character cut at the end of what was read is still text
            return None
        text = first[: error.start].decode("utf-8-sig")
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text.replace("\r\n", "\n"))


def _dump(piece: bytes, start: int) -> str:
    codes = " ".join(f"{byte:02x}" for byte in piece)
    letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
    return f"{start:08x}  {codes:<{_LINE_BYTES * 3}} {letters}"
