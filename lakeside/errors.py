"""The errors Lakeside raises, one tree.

    LakesideError(message, hint)
    ├── SettingsError        a setting is missing, misspelt or out of range
    ├── NotFound             a named dataset, object, table or run does not exist
    ├── SourceMissing        the source does not publish this month (HTTP 404)
    ├── BadFile              a file is cut, not what its name says, or unreadable
    │   └── ReaderDied       reading it ended the process that read it
    ├── ContractViolation    the file is readable but breaks its dataset's contract
    ├── QueryRejected        SQL that is not one read-only SELECT, or does not parse
    ├── QueryCancelled       the person who asked stopped the query
    ├── LimitExceeded        a stated bound (rows, bytes, seconds, money) was met; `limit` names its setting
    │   └── FileTooLarge     a file needs more than such a bound to be read (a BadFile too)
    ├── AccessDenied         the backend says we may not
    ├── BackendUnavailable   lake, warehouse, source or API does not answer; the only retryable one
    ├── PlanMoved            what a plan was made from changed before it was started; nothing was done
    └── CheckError           a check could not be evaluated (a failed check is a result, not an error)

Every driver's exception is translated into this tree in one place per backend. `message` says what
happened and to what (it names the file, table or field); `hint` says what to do next. Both reach pages, logs
and artifacts, so what is secret in a URL is taken out of them here.
"""

from __future__ import annotations

from typing import Any

from lakeside.shown import hide_secrets


class LakesideError(Exception):
    """Base of all errors meant for people.

    Args:
        message: what happened and to what, one sentence.
        hint: what to do next, one sentence, or empty where nothing helps.
        at: (line, column), from 1, of the cause in the text a person wrote, where it is known.
    """

    retryable = False

    def __init__(self, message: str, hint: str = "", at: tuple[int, int] | None = None) -> None:
        self.message = hide_secrets(message)
        self.hint = hide_secrets(hint)
        super().__init__(self.message)
        self.at = at

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[type[LakesideError], tuple[Any, ...]]:
        # Exceptions cross process and thread boundaries in flow runs; keep all fields.
        return type(self), (self.message, self.hint, self.at)

    def as_dict(self) -> dict[str, str]:
        """The error as plain data: {kind, message, hint}."""
        return {"kind": type(self).__name__, "message": self.message, "hint": self.hint}


class SettingsError(LakesideError):
    """A setting is missing, misspelt or out of range."""


class NotFound(LakesideError):
    """A named thing does not exist."""


class SourceMissing(LakesideError):
    """The source does not publish this month."""


class BadFile(LakesideError):
    """A file is cut, not what its name says, or unreadable."""


class ReaderDied(BadFile):
    """Reading a file ended the process that read it; the program goes on."""


class ContractViolation(LakesideError):
    """A readable file breaks its dataset's contract."""


class QueryRejected(LakesideError):
    """SQL that is not one read-only SELECT, or does not parse."""


class QueryCancelled(LakesideError):
    """The person who asked stopped the query."""


class LimitExceeded(LakesideError):
    """A stated bound was met before the work was done.

    Args:
        limit: the setting that states the bound, as `limits.query_rows`; docs/limits.md lists them. The hint
            names its variable. Empty where the bound is not a setting: a service's own, or a fixed one.
    """

    def __init__(
        self, message: str, hint: str = "", at: tuple[int, int] | None = None, limit: str = ""
    ) -> None:
        variable = f"LAKESIDE_{limit.replace('.', '__').upper()}"
        if limit and variable not in message + hint:
            hint = f"{hint} The limit is {variable}.".lstrip()
        super().__init__(message, hint, at)
        self.limit = limit

    def __reduce__(self) -> tuple[type[LakesideError], tuple[Any, ...]]:
        return type(self), (self.message, self.hint, self.at, self.limit)

    def as_dict(self) -> dict[str, str]:
        """The error as plain data: {kind, message, hint} and, where it is known, {limit}."""
        return super().as_dict() | ({"limit": self.limit} if self.limit else {})


class FileTooLarge(LimitExceeded, BadFile):
    """A file needs more memory, disk or time to be read than is allowed: it is very large, or damaged."""


class AccessDenied(LakesideError):
    """The backend refuses us."""


class BackendUnavailable(LakesideError):
    """A backend does not answer; trying again may help."""

    retryable = True


class PlanMoved(LakesideError):
    """What a plan was made from changed before it was started; nothing was done."""


class CheckError(LakesideError):
    """A check could not be evaluated."""
