"""What a check answers. A failed check is a result, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one month. `detail` says the figures either way."""

    check: str
    state: CheckState
    detail: str

    @classmethod
    def of(cls, check: str, passed: bool, detail: str) -> CheckResult:
        """A result from a yes or no."""
        return cls(check, CheckState.PASSED if passed else CheckState.FAILED, detail)
