"""Cutting at line ends: nothing lost, nothing cut in two, the same however bytes arrive."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.errors import BadFile
from lakeside.ingest.blocks import cut_blocks

LINES = st.lists(st.sampled_from([b"", b"a", b"bb,c", b'"q"', b"\xc3\xa9", b"x" * 40]), max_size=30)


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(c, len(data)) for c in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(places)]


@given(
    LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.lists(st.integers(0, 900)), st.integers(1, 80)
)
def test_blocks_are_whole_lines_and_all_of_them(lines, end, final, cuts, size) -> None:
    data = end.join(lines) + (end if final else b"")
    blocks = list(cut_blocks(pieces_of(data, cuts), "x", size))
    assert b"".join(blocks) == data
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    assert all(len(b) <= size or b.rstrip(b"\n").count(b"\n") == 0 for b in blocks)
    assert blocks == list(cut_blocks([data], "x", size))


def test_a_byte_order_mark_is_left_out_even_when_it_arrives_in_pieces() -> None:
    assert list(cut_blocks([b"\xef", b"\xbb", b"\xbfa\n"], "x")) == [b"a\n"]
    assert list(cut_blocks([b"\xef\xbb\xbf"], "x")) == []


def test_a_line_without_end_is_no_text() -> None:
    with pytest.raises(BadFile, match="x is not a CSV"):
        list(cut_blocks([b"y" * (1 << 20)] * 18, "x"))
