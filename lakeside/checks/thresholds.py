"""What checks hold months against: `thresholds.toml`, and over it a file of the user's own."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lakeside.checks.result import Severity
from lakeside.datasets import list_datasets
from lakeside.errors import LakesideError, SettingsError
from lakeside.month import Month

SHIPPED = Path(__file__).with_name("thresholds.toml")


class Limit(BaseModel):
    """How much may fail, how bad it is, and from which month on it is asked (YYYY-MM; None: always)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(0.0, ge=0, le=1)
    severity: Severity = Severity.WARN
    since: str | None = None

    @field_validator("since")
    @classmethod
    def _must_be_month(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                Month.parse(text)
            except LakesideError as error:
                raise ValueError(error.message) from error
        return text

    def applies(self, month: Month) -> bool:
        """Is it asked of the month."""
        return self.since is None or month >= Month.parse(self.since)


class Accepted(Limit):
    """The values a column may have; null is another check's matter."""

    values: list[int | str] = Field(min_length=1)


class Range(Limit):
    """The least and the greatest value, both allowed."""

    min: float | None = None
    max: float | None = None


class Repeats(Limit):
    """The columns in which no two rows should be equal."""

    columns: list[str] = Field(min_length=1)


class TotalParts(Limit):
    """A total, its parts (a null counts as nothing), and how far they may be apart; US dollars."""

    total: str
    parts: list[str] = Field(min_length=1)
    tolerance: float = Field(0.015, ge=0)


class Deviation(BaseModel):
    """Rows of a month as a multiple of the median of so many loaded months on each side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(2, ge=1, le=12)
    below: float = Field(0.5, ge=0)
    above: float = Field(2.0, gt=0)
    severity: Severity = Severity.WARN


class Freshness(BaseModel):
    """Days a month may be late after TLC usually publishes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    late_days: int = Field(45, ge=0)
    severity: Severity = Severity.WARN


class Thresholds(BaseModel):
    """Those of one dataset; a check without thresholds is not asked of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    not_null: dict[str, Limit] = {}
    accepted_values: dict[str, Accepted] = {}
    range: dict[str, Range] = {}
    zones: dict[str, Limit] = {}
    dropoff_after_pickup: Limit | None = None
    outside_month: Limit | None = None
    duplicates: Repeats | None = None
    total_adds_up: TotalParts | None = None
    rows_deviate: Deviation | None = None
    freshness: Freshness | None = None


@cache
def load_thresholds(own: Path | None = None) -> dict[str, Thresholds]:
    """Dataset name -> thresholds; read once per process.

    Args:
        own: a file of the user's in the same form, whose values replace the shipped ones.

    Raises:
        SettingsError: a file cannot be read, or says what cannot be; the message names file and field.
    """
    merged = _read(SHIPPED)
    if own is not None:
        merged = _merge(merged, _read(own))
    source = own or SHIPPED
    known = {dataset.name: dataset for dataset in list_datasets()}
    found = {}
    for name, fields in merged.items():
        if name not in known:
            raise SettingsError(f"{source}: {name} is no dataset.", f"Datasets are {', '.join(known)}.")
        try:
            found[name] = Thresholds.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join([name, *(str(part) for part in first["loc"])])
            raise SettingsError(
                f"{source}: {field}: {first['msg']}.",
                "lakeside/checks/thresholds.toml shows how to write it.",
            ) from error
    return {name: found.get(name, Thresholds()) for name in known}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"The thresholds in {path} cannot be read: {error}.", "Check LAKESIDE_CHECKS__THRESHOLDS."
        ) from error


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
