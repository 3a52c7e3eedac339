"""Inflating a gzip stream piece by piece, its checksum and end verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isal import igzip_lib

from lakeside.errors import BadFile, FileTooLarge

PIECE_BYTES = 1 << 20
_FREE_BYTES = 16 << 20  # so much is unfolded of the smallest file
_MAGIC = b"\x1f\x8b"
_ISAL_ERROR: type[Exception] = igzip_lib.error  # type: ignore[assignment]  # a stub's slip


def is_gzip(head: bytes | memoryview) -> bool:
    """Whether bytes begin as a gzip file does."""
    return bytes(head[:2]) == _MAGIC


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes a stream may unfold to, and how many times its own size, once it has unfolded to 16 MiB."""

    size_bytes: float = 200e9
    times: float = 200

    def require(self, packed: int, unfolded: int, file: str) -> None:
        """Refuse a stream that unfolded too far; FileTooLarge names the bound."""
        hint = "It is no file of trips; if it is, raise the limit."
        if unfolded > self.size_bytes:
            message = f"{file} unfolds to more than {self.size_bytes / 1e9:,g} GB."
            raise FileTooLarge(message, hint, limit="ingest.expanded_gigabytes")
        if unfolded > max(_FREE_BYTES, self.times * packed):
            message = f"{file} unfolds to more than {self.times:g} times its {packed:,} bytes."
            raise FileTooLarge(message, hint, limit="ingest.expansion")


_ANY = Bounds()


def inflate(chunks: Iterable[memoryview | bytes], file: str, bounds: Bounds = _ANY) -> Iterator[bytes]:
    """The inflated bytes, in pieces of at most 1 MiB; members one after another count as one file.

    Args:
        chunks: the compressed bytes, in any pieces.
        file: name or URL, for messages.
        bounds: how far it may unfold.

    Raises:
        FileTooLarge: it unfolds further.
        BadFile: the stream is cut, its checksum is wrong, or something else follows it.
    """
    member = _open_member()
    begun = False
    packed = unfolded = 0
    for chunk in chunks:
        packed += len(chunk)
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
                unfolded += len(piece)
                bounds.require(packed, unfolded, file)
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
