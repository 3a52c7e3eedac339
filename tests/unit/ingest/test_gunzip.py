"""Gzip streams: whole, in members, cut, damaged."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.errors import BadFile
from lakeside.ingest.gunzip import inflate

TEXT = b"a,b\n" * 300_000


def read(data: bytes, size: int = 65_536) -> bytes:
    return b"".join(inflate([data[i : i + size] for i in range(0, len(data), size)], "x.csv.gz"))


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_pieces_of_any_size(size: int) -> None:
    text = TEXT[:2000] if size == 1 else TEXT
    assert read(gzip.compress(text), size) == text


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 50), st.integers(0, 20))
def test_members_are_one_file_and_zeros_after_them_are_padding(
    parts: list[bytes], size: int, pad: int
) -> None:
    data = b"".join(gzip.compress(p) for p in parts) + b"\0" * pad
    assert read(data, size) == b"".join(parts)


@pytest.mark.parametrize("cut", [1, 5, 8, 9, 100, 1000])
def test_a_cut_stream(cut: int) -> None:
    with pytest.raises(BadFile, match=r"x\.csv\.gz is cut"):
        read(gzip.compress(TEXT)[:-cut])


def test_a_wrong_checksum() -> None:
    data = bytearray(gzip.compress(TEXT))
    data[-6] ^= 1
    with pytest.raises(BadFile, match=r"x\.csv\.gz is damaged"):
        read(bytes(data))


def test_a_damaged_middle() -> None:
    data = bytearray(gzip.compress(bytes(range(256)) * 4000))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadFile, match=r"x\.csv\.gz"):
        read(bytes(data))


def test_something_after_the_stream() -> None:
    with pytest.raises(BadFile, match="other bytes follow"):
        read(gzip.compress(TEXT) + b"<html>")


def test_nothing_at_all() -> None:
    with pytest.raises(BadFile, match="empty"):
        read(b"")
