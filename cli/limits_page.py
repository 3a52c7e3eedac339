"""Writes docs/limits.md from lakeside/limits.py: `python -m cli.limits_page > docs/limits.md`."""

from __future__ import annotations

import sys
from typing import Any

from pydantic.fields import FieldInfo

from lakeside.limits import LIMITS, Limit
from lakeside.settings import PREFIX, Settings

_HEAD = """# Limits

Written by `python -m cli.limits_page > docs/limits.md`; change `lakeside/limits.py` instead.

Whatever a user or a file could take too much of has a bound: rows, bytes, seconds, disk, money. Each is a
setting, each is met by a test (`tests/limits`), and meeting one has one of four ends:

- **refused**: `LimitExceeded`, whose `limit` is the setting's name and whose hint names the variable. A file
  that is to blame is a `FileTooLarge`, which is a `BadFile` too: nothing of it is kept.
- **cut**: less is given, and the answer says so.
- **later**: it waits, or `BackendUnavailable` says to try again.
- **removed**: what is beyond the bound is removed.
"""

_FIXED = """## Fixed

These are no settings, because nobody needs other ones.

| what | bound | what happens |
|---|---|---|
| a condition on rows | 10,000 characters, 500 parts | refused, with the place |
| queries of one browser session | 1 at a time | refused until it ends or is cancelled: the page shows one \
query and its rows, and how many run of all sessions is `limits.queries_at_once` |
| a name that is looked for | 500 characters | the rest does not count |
| a key of the lake | 1,024 bytes, 255 in each part | refused |
| marks of a chart | 1,000 | the rest is gathered into one |
| an answer of a reader process | 256 MiB of words, 4 GiB of values | the process is ended |
| versions listed of an object | 100 | the list says that there are older ones |
| runs in one list, lines of a log in one answer | 200 | the next ones are asked for |
| a check of your own | 20,000 characters, 200 files | named as faulty |
| what a run needs, asked before it starts | 10 s | what has not answered is named, and nothing starts |
| a job of ours in BigQuery | 30 min | tried again |
"""


def write_page() -> str:
    """The whole page.

    Raises:
        KeyError: a limit is not a setting.
    """
    lines = [
        "## Settings",
        "",
        "| limit | variable | default | end | what it is, and what happens |",
        "|---|---|---|---|---|",
    ]
    lines += [_write_row(limit) for limit in LIMITS]
    return "\n".join([_HEAD, *lines, "", _FIXED])


def _write_row(limit: Limit) -> str:
    info = find_field(limit.name)
    variable = f"{PREFIX}{limit.name.replace('.', '__')}".upper()
    value = info.get_default(call_default_factory=True, validated_data={})
    default = "none" if value is None else _write_number(value)
    words = f"{info.description} {limit.happens}"
    return f"| `{limit.name}` | `{variable}` | {default} | {limit.ends.value} | {words} |"


def find_field(name: str) -> FieldInfo:
    """The setting `section.field`; KeyError when there is none."""
    section, _, field = name.partition(".")
    kind: Any = Settings.model_fields[section].annotation
    found: FieldInfo = kind.model_fields[field]
    return found


def _write_number(value: Any) -> str:
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    sys.stdout.write(write_page())
