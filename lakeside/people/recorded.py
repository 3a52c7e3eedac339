"""What of an act's parameters and outcome is written down: plain, bounded, and without secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from itertools import islice
from typing import Any

from lakeside.shown import hide_secrets

_MOST_ITEMS = 24
_MOST_LETTERS = 400
_DEEPEST = 3
_SECRET_WORDS = ("secret", "password", "credential", "webhook", "api_key")


def record_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as JSON has them; what is named like a secret is only said to have been given."""
    given = [(n, value) for n, value in parameters.items() if value is not None and not callable(value)]
    return _record(given, 0)


def record_outcome(outcome: Any) -> str:
    """What came out, in few words: the ids of runs and schedules, else nothing."""
    items = outcome if isinstance(outcome, list | tuple) else [outcome]
    ids = [str(item.id) for item in items[:_MOST_ITEMS] if hasattr(item, "id")]
    return ", ".join(ids)[:_MOST_LETTERS]


def _record(items: Iterable[tuple[Any, Any]], depth: int) -> dict[str, Any]:
    return {
        _cut(str(k)): "(not recorded)" if _is_secret(str(k)) and v else _plain(v, depth) for k, v in items
    }


def _is_secret(name: str) -> bool:
    return any(word in name.casefold() for word in _SECRET_WORDS)


def _plain(value: Any, depth: int) -> Any:
    recorded = getattr(value, "as_recorded", None)
    if callable(recorded):
        value = recorded()
    if isinstance(value, Enum):
        return _plain(value.value, depth)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) or depth >= _DEEPEST:
        return _cut(str(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        # Not by dataclasses.fields' order alone: a value that says how it is written (a month) says it best.
        if type(value).__str__ is not object.__str__:
            return _cut(str(value))
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, Mapping):
        return _record(islice(value.items(), _MOST_ITEMS), depth + 1)
    if isinstance(value, Collection) and not isinstance(value, bytes):
        return _list(value, depth + 1)
    return _cut(str(value))


def _list(value: Collection[Any], depth: int) -> list[Any]:
    shown = [_plain(item, depth) for item in list(value)[:_MOST_ITEMS]]
    rest = len(value) - len(shown)
    return [*shown, f"… {rest} more"] if rest else shown


def _cut(text: str) -> str:
    text = hide_secrets(text)  # before it is cut: half an address would not be known for one
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + "…"
