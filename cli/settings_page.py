"""Writes docs/settings.md from lakeside/settings/: `python -m cli.settings_page > docs/settings.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lakeside.settings import KNOWN_ELSEWHERE, PREFIX, Settings, variable_name

_HEAD = """# Settings

Written by `python -m cli.settings_page > docs/settings.md`; change `lakeside/settings/` instead.

Every setting is an environment variable; none is needed. `LAKESIDE_` names that are not listed here are
warned about. `lakeside doctor` shows the values in force.
"""


def write_page(settings: type[BaseModel] = Settings) -> str:
    """The whole page about these settings.

    Raises:
        ValueError: a setting has no description.
    """
    sections = [_HEAD]
    top = [(variable_name(n, i), i) for n, i in settings.model_fields.items() if not _is_section(i)]
    sections.append(_write_section("Places", top))
    for name, info in settings.model_fields.items():
        if _is_section(info):
            fields = info.annotation.model_fields.items()  # type: ignore[union-attr]
            rows = [(f"{PREFIX}{name}__{inner}".upper(), i) for inner, i in fields]
            sections.append(_write_section((info.description or name).rstrip("."), rows))
    others = ", ".join(f"`{name}`" for name in sorted(KNOWN_ELSEWHERE))
    sections.append(f"## Read by the tests and the build only\n\n{others}\n")
    return "\n".join(sections)


def _is_section(info: FieldInfo) -> bool:
    return isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)


def _write_section(title: str, fields: list[tuple[str, FieldInfo]]) -> str:
    lines = [f"## {title}", "", "| name | default | what it is |", "|---|---|---|"]
    for name, info in fields:
        if not (info.description or "").strip():
            raise ValueError(f"{name} has no description in lakeside/settings/")
        bounds = "; ".join(_describe_bounds(info))
        meaning = f"{info.description} {f'({bounds})' if bounds else ''}".strip().replace("|", "\\|")
        lines.append(f"| `{name}` | {_describe_default(info)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _describe_default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True, validated_data={})
    return "" if value in (None, {}, []) else f"`{value}`"


def _describe_bounds(info: FieldInfo) -> Iterator[str]:
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    for bound in info.metadata:
        for short, word in words.items():
            value: Any = getattr(bound, short, None)
            if value is not None:
                yield f"{word} {value:,}"
    choices = getattr(info.annotation, "__args__", ())
    if choices and all(isinstance(c, str) for c in choices):
        yield " or ".join(choices)


if __name__ == "__main__":
    sys.stdout.write(write_page())
