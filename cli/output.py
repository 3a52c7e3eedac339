"""What a command prints: for people a few lines, with `--json` one document and nothing else."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Output:
    """Where results go. `as_json` is what the user asked for."""

    as_json: bool

    def show(self, document: Any, describe: Callable[[], str]) -> None:
        """Print the document, or what `describe` makes of it for people."""
        text = to_json(document) if self.as_json else describe()
        sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()


def show_error(error: Mapping[str, str], as_json: bool) -> None:
    """Print an error: as the document on stdout, or for people on stderr."""
    if as_json:
        sys.stdout.write(to_json({"error": dict(error)}) + "\n")
        sys.stdout.flush()
        return
    sys.stderr.write(f"Error: {error['message']}\n")
    if error.get("hint"):
        sys.stderr.write(f"  {error['hint']}\n")


def to_json(document: Any) -> str:
    """One JSON document: dates ISO, decimals as strings, NaN and infinities null."""
    return json.dumps(to_plain(document), ensure_ascii=False, allow_nan=False, indent=2)


def to_plain(value: Any) -> Any:
    """A value as JSON has it; what JSON has no word for becomes text."""
    if isinstance(value, Enum):
        return to_plain(value.value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(v) for v in value]
    return _to_text(value)


def _to_text(value: Any) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _plain_decimal(value)
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _plain_decimal(value: Decimal) -> str:
    """Without exponent and trailing zeros; `Decimal.normalize` would round what has more than 28 digits."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
