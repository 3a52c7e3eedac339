"""Where in the text a person wrote something stands, so that an error can point at it."""

from __future__ import annotations

import re
from typing import TypeVar

from sqlglot import Token, tokenize
from sqlglot.errors import TokenError

from lakeside.errors import LakesideError

Position = tuple[int, int]
E = TypeVar("E", bound=LakesideError)

_QUOTED = re.compile(r"[\"'`]([^\"'`\n]+)[\"'`]|'(\w+)\(")
_COLUMN = re.compile(r"column(?: named)? [\"']([^\"'\n]+)[\"']")
_NAMED = re.compile(
    r"(?:column|table|function|with name|named|Unrecognized name:?)\s+[\"'`]?([A-Za-z_]\w*)", re.I
)
# BigQuery: `Unrecognized name: fare at [1:8]`.
_BIGQUERY = re.compile(r"\s*(?:at )?\[(\d+):(\d+)\]")


def locate_word(sql: str, word: str) -> Position | None:
    """(line, column) from 1 of the first token that is that word, case ignored; comments do not count."""
    wanted = word.casefold()
    for token in _tokens(sql):
        if token.text.casefold() == wanted:
            return _start(sql, token)
    return None


def locate_cause(sql: str, message: str) -> Position | None:
    """The first name an engine's message mentions that stands in the text."""
    mentioned = _COLUMN.findall(message)
    mentioned += [next(part for part in found if part) for found in _QUOTED.findall(message)]
    mentioned += _NAMED.findall(message)
    for name in mentioned:
        place = locate_word(sql, name) or locate_word(sql, name.rpartition(".")[2])
        if place is not None:
            return place
    return None


def point_at_cause(error: E, sql: str) -> E:
    """The same error with the place in the text, in words and as numbers, where it can be found."""
    at = error.at or locate_cause(sql, error.message)
    if error.at is not None or at is None:
        return error
    return type(error)(error.message.removesuffix(".") + say_position(at) + ".", error.hint, at)


def take_position(message: str) -> tuple[str, Position | None]:
    """BigQuery's message without its `[line:column]`, and that position."""
    found = _BIGQUERY.search(message)
    if found is None:
        return message, None
    return _BIGQUERY.sub("", message, count=1).strip(), (int(found[1]), int(found[2]))


def say_position(at: Position | None) -> str:
    """` (line 1, column 8)`, or nothing."""
    return "" if at is None else f" (line {at[0]}, column {at[1]})"


def _tokens(sql: str) -> list[Token]:
    try:
        return tokenize(sql, read="bigquery")
    except TokenError:
        return []


def _start(sql: str, token: Token) -> Position:
    before = sql[: token.start]
    return before.count("\n") + 1, token.start - (before.rfind("\n") + 1) + 1
