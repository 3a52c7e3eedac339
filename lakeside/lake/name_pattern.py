"""Names by a word or a glob, as people type them into a search box.

Without `*`, `?` or `[` the words may stand anywhere in the key. A glob without `/` is about the object's
own name (`*2020-1?*`), one with `/` about the whole key, where `*` stays within a folder and `**` is any
number of folders (`data/**/*_2020-*.parquet`). Case is ignored everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import reduce

MAXIMUM_CHARACTERS = 500
_DEEP = "**"


def is_glob(words: str) -> bool:
    """Whether the words are a glob and not just a part of a name."""
    return any(mark in words for mark in "*?[")


def compile_words(words: str) -> Callable[[str], bool]:
    """A test for keys; every key passes where there are no words. The time it takes is linear in the key."""
    wanted = words.strip().casefold()[:MAXIMUM_CHARACTERS]
    if not is_glob(wanted):
        return lambda key: wanted in key.casefold()
    if "/" not in wanted:
        name = re.compile(translate(wanted))
        return lambda key: name.match(key.rpartition("/")[2].casefold()) is not None
    return _compile_path(wanted.strip("/").split("/"))


def _compile_path(segments: Sequence[str]) -> Callable[[str], bool]:
    # Segment by segment, with every place in the pattern that may have been reached: no backtracking.
    patterns = [None if s == _DEEP else re.compile(translate(s)) for s in segments]

    def settle(places: set[int]) -> set[int]:
        """Also the places behind a `**`, which may stand for no folder at all."""
        for place in range(len(patterns)):
            if place in places and patterns[place] is None:
                places = places | {place + 1}
        return places

    def step(places: set[int], segment: str) -> set[int]:
        reached = set()
        for place in places:
            if place < len(patterns):
                pattern = patterns[place]
                if pattern is None:
                    reached.add(place)
                elif pattern.match(segment):
                    reached.add(place + 1)
        return settle(reached)

    return lambda key: len(patterns) in reduce(step, key.casefold().split("/"), settle({0}))
