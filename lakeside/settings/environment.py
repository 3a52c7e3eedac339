"""The only reader of the environment.

Every name is `LAKESIDE_` plus the field, nested fields joined by two underscores
(`LAKESIDE_WAREHOUSE__KIND`); a variable that other programs define keeps its own name.
`docs/settings.md` is generated from the descriptions of the fields.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lakeside.errors import SettingsError
from lakeside.settings.section import Section
from lakeside.settings.settings import Settings

PREFIX = "LAKESIDE_"

# Read by the tests and the build only, never by the product.
KNOWN_ELSEWHERE = {"LAKESIDE_SHARED_DATA"}


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a value is out of range or not of its type; the message names the variable.
    """
    for name in unknown_names():
        warnings.warn(
            f"{name} is not a setting of Lakeside and is ignored; see docs/settings.md.", stacklevel=2
        )
    try:
        return Settings.model_validate(_read(os.environ))
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}.", _HINT) from error


_HINT = "See docs/settings.md for what it may be."


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """What is set, as `Settings` takes it; the case of a variable's name does not matter.

    Raises:
        SettingsError: a value that should be JSON is not.
    """
    variables = {name.upper(): text for name, text in environment.items()}
    found: dict[str, Any] = {}
    for field, info in Settings.model_fields.items():
        section = section_of(info)
        if section is None:
            name = variable_name(field, info)
            found |= {field: variables[name]} if name in variables else {}
        else:
            found[field] = {
                inner: _decode(name, variables[name], inner_info)
                for inner, inner_info in section.model_fields.items()
                if (name := f"{PREFIX}{field}__{inner}".upper()) in variables
            }
    return found


def _decode(name: str, text: str, info: FieldInfo) -> Any:
    if get_origin(info.annotation) not in (dict, list, tuple):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {text!r} is not JSON.", _HINT) from error


def section_of(info: FieldInfo) -> type[BaseModel] | None:
    """The settings below a field; None when the field is a setting itself."""
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def variable_name(field: str, info: FieldInfo) -> str:
    """The environment variable of a top-level field: prefixed, unless other programs define its name."""
    alias = info.validation_alias
    return (alias if isinstance(alias, str) else f"{PREFIX}{field}").upper()


def setting_names() -> dict[str, str]:
    """Every environment variable that is read, with its description, in order."""
    names: dict[str, str] = {}
    for field, info in Settings.model_fields.items():
        section = section_of(info)
        if section is not None:
            for inner, inner_info in section.model_fields.items():
                names[f"{PREFIX}{field}__{inner}".upper()] = inner_info.description or ""
        else:
            names[variable_name(field, info)] = info.description or ""
    return names


def list_variables_in_force() -> dict[str, str]:
    """Our variables as they are set here, but for what belongs to this machine; for a run elsewhere."""
    local = {f"{PREFIX}HOME", f"{PREFIX}WAREHOUSE__PATH"}
    names = set(setting_names()) - local
    skipped = tuple(f"{PREFIX}{name}" for name in ("CONSOLE__", "PEOPLE__", "AUDIT__", "PREFECT__PORT"))
    return {n: os.environ[n] for n in sorted(names) if n in os.environ and not n.startswith(skipped)}


def unknown_names() -> list[str]:
    """`LAKESIDE_*` variables that no setting reads, so that a misspelling is not silent."""
    known = set(setting_names()) | KNOWN_ELSEWHERE
    return sorted(n for n in os.environ if n.upper().startswith(PREFIX) and n.upper() not in known)
