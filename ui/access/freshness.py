"""The refresh button: forget what was read, so that the next look is fresh."""

from __future__ import annotations

from typing import Protocol, TypeVar


class _Cached(Protocol):
    def clear(self) -> None: ...


C = TypeVar("C", bound=_Cached)

_REFRESHED: list[_Cached] = []


def refreshed(cached: C) -> C:
    """Mark a cached function, above its cache's decorator, as one that the refresh button empties."""
    _REFRESHED.append(cached)
    return cached


def refresh_all() -> None:
    """Empty every cache that is marked."""
    for cached in _REFRESHED:
        cached.clear()
