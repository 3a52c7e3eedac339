"""A model: one GoogleSQL SELECT in a file, with what is said of it in a header of comments.

The header's lines are `-- KEY: TEXT` or `-- KEY NAME: TEXT`:

    -- title: for people
    -- partition: a DATE column; a table on BigQuery is partitioned by its months
    -- column NAME: what the column holds
    -- check NAME: a condition that holds for every row
    -- equal NAME: a SELECT of one row with the columns `found` and `expected`
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from lakeside.errors import SettingsError

_HEADER = re.compile(r"--\s*(title|partition|column|check|equal)(?:\s+(\w+))?\s*:\s*(.+)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_NAMED = ("column", "check", "equal")
_HINT = "See lakeside/models/trips.sql for how a header is written."


class Form(StrEnum):
    """What a model becomes in the warehouse."""

    VIEW = "view"
    TABLE = "table"


class CheckForm(StrEnum):
    """How a model's check is written."""

    EVERY_ROW = "check"  # a condition that holds for every row
    EQUAL = "equal"  # two figures that are the same


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What must be true of a model's rows."""

    name: str
    form: CheckForm
    sql: str


@dataclass(frozen=True)
class Model:
    """One model; `sql` is its SELECT in GoogleSQL, without the header."""

    name: str
    title: str
    sql: str
    partition: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    checks: Sequence[ModelCheck] = ()

    @cached_property
    def stamp(self) -> str:
        """Twelve characters that change with the SELECT and with what is said of its columns."""
        text = "\n".join([self.sql, self.title, self.partition or "", *map(str, self.columns.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables and models its SELECT names, parsed from the SQL.

        Raises:
            QueryRejected: it is not one SELECT, or does not parse.
        """
        from lakeside.warehouse.sql.derive import list_tables_read  # the parser is needed only here

        return list_tables_read(self.sql)


def parse_model(name: str, text: str) -> Model:
    """A model from its file.

    Args:
        name: the file's name without `.sql`, which is also the view's name.
        text: the file.

    Raises:
        SettingsError: the name cannot be a table's, a header line is not one, or the title or the SELECT is
            missing; the message names the file and the line.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name}.sql: {name!r} cannot be a table's name.", "Use a-z, 0-9 and _.")
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    said: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[:end], start=1):
        key, key_name, value = _read_line(name, number, line)
        if key_name in said.setdefault(key, {}):
            raise SettingsError(f"{name}.sql, line {number}: {key} {key_name} is there twice.", _HINT)
        said[key][key_name] = value
    sql = "\n".join(lines[end:]).strip().rstrip(";").strip()
    title = said.get("title", {}).get("")
    if not title or not sql:
        raise SettingsError(f"{name}.sql has no {'SELECT' if title else 'title'}.", _HINT)
    checks = [
        ModelCheck(check, form, value) for form in CheckForm for check, value in said.get(form, {}).items()
    ]
    return Model(name, title, sql, said.get("partition", {}).get(""), said.get("column", {}), tuple(checks))


def _read_line(name: str, number: int, line: str) -> tuple[str, str, str]:
    match = _HEADER.fullmatch(line.strip())
    if match is None or bool(match[2]) != (match[1] in _NAMED):
        raise SettingsError(f"{name}.sql, line {number}: {line.strip()!r} is no header line.", _HINT)
    return match[1], match[2] or "", match[3].strip()
