"""Inflating a gzip stream piece by piece, its checksum and end verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isal import igzip_lib

from lakeside.errors import BadFile

PIECE_BYTES = 1 << 20
_MAGIC = b"\x1f\x8b"
_ISAL_ERROR: type[Exception] = igzip_lib.error  # type: ignore[assignment]  # a stub's slip


def is_gzip(head: bytes | memoryview) -> bool:
    """Whether bytes begin as a gzip file does."""
    return bytes(head[:2]) == _MAGIC


def inflate(chunks: Iterable[memoryview | bytes], file: str) -> Iterator[bytes]:
    """The inflated bytes, in pieces of at most 1 MiB; members one after another count as one file.

    Args:
        chunks: the compressed bytes, in any pieces.
        file: name or URL, for messages.

    Raises:
        BadFile: the stream is cut, its checksum is wrong, or something else follows it.
    """
    member = _open_member()
    begun = False
    for chunk in chunks:
        data: bytes | memoryview = chunk
        while True:
            if member.eof:
                data = _after_member(bytes(data), file)
                if not data:
                    break
                member, begun = _open_member(), False
            begun = begun or len(data) > 0
            try:
                piece = member.decompress(data, PIECE_BYTES)
            except (_ISAL_ERROR, EOFError, ValueError) as error:
                raise BadFile(
                    f"{file} is damaged: its gzip stream does not inflate ({error}).", _HINT
                ) from error
            if piece:
                yield piece
            data = member.unused_data if member.eof else b""
            if member.needs_input and not member.eof:
                break
            if member.eof and not data:
                break
    if begun and not member.eof:
        raise BadFile(f"{file} is cut: its gzip stream ends before its end mark.", _HINT)
    if not begun and not member.eof:
        raise BadFile(f"{file} is empty.", _HINT)


_HINT = "Fetch it again; if it stays so, the source's file is broken."


def _open_member() -> igzip_lib.IgzipDecompressor:
    return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP, hist_bits=15)


def _after_member(rest: bytes, file: str) -> bytes:
    """What follows a member: another one, padding of zeros (ignored), or something that does not belong."""
    rest = rest.lstrip(b"\0")
    if rest and not _MAGIC.startswith(rest[:2]):
        raise BadFile(f"{file} is damaged: other bytes follow its gzip stream.", _HINT)
    return rest
