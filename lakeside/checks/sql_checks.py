"""Checks a user writes: one `.sql` file each, a header of comments and one SELECT of the rows that fail.

    -- name: longer_than_a_day
    -- datasets: yellow, green
    -- says: last longer than a day
    -- severity: warn
    -- share: 0.001
    SELECT source_row, PULocationID FROM {table}
    WHERE source_month = {month} AND ...

`{table}` is the dataset's table and `{month}` the DATE of the month's first day: both must be there, so that
a check reads one month. `severity` (warn), `share` (0) and `since` (YYYY-MM) may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from lakeside.checks.thresholds import Limit
from lakeside.datasets import list_datasets
from lakeside.errors import SettingsError
from lakeside.month import Month

SETTING = "LAKESIDE_CHECKS__SQL_FOLDER"
TABLE_MARK, MONTH_MARK = "{table}", "{month}"
_LINE = re.compile(r"--\s*(?P<field>[A-Za-z_]+)\s*:\s*(?P<value>.*?)\s*$")
_MOST_FILES = 200
_MOST_CHARACTERS = 20_000


class _Header(Limit):
    """What the comments say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")
    datasets: list[str] = Field(min_length=1)
    says: str = Field(min_length=3, max_length=200)


@dataclass(frozen=True, slots=True)
class SqlCheck:
    """One file. `select` still has its marks; `limit` is how many rows may fail and how bad it is."""

    name: str
    datasets: tuple[str, ...]
    says: str
    limit: Limit
    select: str
    file: Path

    def applies(self, dataset: str, month: Month) -> bool:
        """Is it asked of the month."""
        return dataset in self.datasets and self.limit.applies(month)

    def write(self, table: str, month: Month) -> str:
        """The SELECT for a table and month."""
        day = f"DATE '{month.first_day.isoformat()}'"
        return self.select.replace(TABLE_MARK, table).replace(MONTH_MARK, day)


def load_sql_checks(folder: Path | None) -> list[SqlCheck]:
    """The checks of the `.sql` files of a folder, by name; none without a folder.

    Raises:
        SettingsError: the folder or a file cannot be read, a header lacks a field or has one that cannot be,
            or two files have one name; the message names file and field.
    """
    if folder is None:
        return []
    if not folder.is_dir():
        raise SettingsError(f"{folder} is not a folder.", f"Check {SETTING}.")
    files = sorted(folder.glob("*.sql"))
    if len(files) > _MOST_FILES:
        raise SettingsError(f"{folder} has {len(files)} .sql files, at most {_MOST_FILES} are read.", "")
    found: dict[str, SqlCheck] = {}
    for file in files:
        check = read_sql_check(file)
        if check.name in found:
            raise SettingsError(
                f"{file}: name: {check.name} is {found[check.name].file}'s name too.", "Rename one of them."
            )
        found[check.name] = check
    return list(found.values())


def read_sql_check(file: Path) -> SqlCheck:
    """One file; raises as `load_sql_checks`."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}.", "Save it as UTF-8 text.") from error
    if len(text) > _MOST_CHARACTERS:
        raise SettingsError(
            f"{file} has more than {_MOST_CHARACTERS:,} characters.", "A check is one SELECT."
        )
    header, select = _read_header(file, _split(text)[0]), _split(text)[1]
    known = [dataset.name for dataset in list_datasets()]
    for name in header.datasets:
        if name not in known:
            raise _refuse(file, "datasets", f"{name!r} is no dataset; they are {', '.join(known)}")
    for mark in (TABLE_MARK, MONTH_MARK):
        if mark not in select:
            raise _refuse(file, "SELECT", f"it does not use {mark}, so it would not be about one month")
    limit = Limit(share=header.share, severity=header.severity, since=header.since)
    return SqlCheck(header.name, tuple(header.datasets), header.says, limit, select, file)


def _split(text: str) -> tuple[list[tuple[str, str]], str]:
    """(fields of the leading comment lines, the rest)."""
    fields, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        match = _LINE.match(line.strip())
        if match:
            fields.append((match["field"].casefold(), match["value"]))
        elif line.strip() and not line.strip().startswith("--"):
            return fields, "\n".join(lines[number:]).strip().rstrip(";").rstrip()
    return fields, ""


def _read_header(file: Path, fields: list[tuple[str, str]]) -> _Header:
    names = [name for name, _ in fields]
    for name in names:
        if names.count(name) > 1:
            raise _refuse(file, name, "it is there twice")
    values: dict[str, object] = dict(fields)
    if "datasets" in values:
        values["datasets"] = list(_list_names(str(values["datasets"])))
    try:
        return _Header.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "header"
        raise _refuse(file, field, _say(first["type"], first["msg"])) from error


def _say(kind: str, message: str) -> str:
    if kind == "missing":
        return "it is missing; write it as a line `-- field: value` at the top"
    if kind == "extra_forbidden":
        return "there is no such field"
    return message[0].lower() + message[1:]


def _list_names(text: str) -> Iterator[str]:
    for part in text.split(","):
        if part.strip():
            yield part.strip().casefold()


def _refuse(file: Path, field: str, why: str) -> SettingsError:
    return SettingsError(f"{file}: {field}: {why}.", "docs/checks.md shows how a check is written.")
