"""The one place where it is decided whether somebody may, and where what they did is written down.

Services and the run console carry a gate. Where nobody gave them one it is the machine's own: flow runs
and commands act for whoever started them. The browser console gives its services the visitor's gate.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from lakeside.errors import AccessDenied, LakesideError
from lakeside.people.act import LEAST_ROLES, Act, find_least_role
from lakeside.people.audit_log import AuditLog
from lakeside.people.caller import NOBODY, Caller
from lakeside.people.recorded import record_outcome, record_parameters
from lakeside.settings import Settings


class Gate:
    """What one caller may, under these settings.

    Args:
        caller: who asks.
        settings: who may spend money is one.
        log: where acts and refusals are written; None writes none.
    """

    def __init__(self, caller: Caller, settings: Settings, log: AuditLog | None = None) -> None:
        self.caller = caller
        self._settings = settings
        self._log = log

    @classmethod
    def of_machine(cls, settings: Settings) -> Gate:
        """For flow runs and commands: everything is allowed; commands write their own lines."""
        return cls(Caller.of_machine(), settings)

    @classmethod
    def closed(cls, settings: Settings) -> Gate:
        """For services that wait for a caller: nothing is allowed."""
        return cls(NOBODY, settings)

    def find_refusal(self, act: Act) -> AccessDenied | None:
        """Why the caller may not, as the error that `require` raises; None when they may."""
        least = find_least_role(act, self._settings)
        caller = self.caller
        if caller.role is not None and caller.role.covers(least):
            return None
        words = LEAST_ROLES[act].words
        if caller.because:
            return AccessDenied(caller.because, caller.hint)
        return AccessDenied(
            f"The role {caller.role} may not {words}: that takes the role {least}.",
            "Ask an administrator of this console for it.",
        )

    def require(self, act: Act, parameters: Mapping[str, Any] | None = None) -> None:
        """Raise AccessDenied unless the caller may; a refusal is written down."""
        refusal = self.find_refusal(act)
        if refusal is None:
            return
        if self._log is not None:
            self._log.refuse(self.caller, act, record_parameters(parameters or {}), refusal.message)
        raise refusal

    @contextmanager
    def acting(self, act: Act, parameters: Mapping[str, Any]) -> Iterator[Callable[[Any], None]]:
        """Around what changes something; what comes out is told to the function this yields.

        Raises:
            AccessDenied: the caller may not; nothing was done.
            BackendUnavailable: the audit log cannot be written; nothing was done.
        """
        self.require(act, parameters)
        if self._log is None:
            yield lambda outcome: None
            return
        entry = self._log.begin(self.caller, act, record_parameters(parameters))
        outcomes: list[Any] = []
        try:
            yield outcomes.append
        except BaseException as error:
            reason = error.message if isinstance(error, LakesideError) else type(error).__name__
            self._log.end(entry, "failed", reason)
            raise
        self._log.end(entry, "done", record_outcome(outcomes[-1]) if outcomes else "")


class Gated(Protocol):
    """What carries a gate: services, the run console."""

    @property
    def gate(self) -> Gate:
        """Whose it is."""


G = TypeVar("G", bound=Gated)
P = ParamSpec("P")
R = TypeVar("R")


def changing(
    act: Act, hide: tuple[str, ...] = ()
) -> Callable[[Callable[Concatenate[G, P], R]], Callable[Concatenate[G, P], R]]:
    """Mark what changes something: its first argument's gate decides, and writes it down.

    Args:
        act: what it is.
        hide: parameters that are secret; that they were given is recorded, what they are is not.
    """

    def mark(action: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
        signature = inspect.signature(action)

        @functools.wraps(action)
        def guarded(gated: G, *args: P.args, **kwargs: P.kwargs) -> R:
            given = list(signature.bind(gated, *args, **kwargs).arguments.items())[1:]
            parameters = {name: "(not recorded)" if name in hide else value for name, value in given}
            with gated.gate.acting(act, parameters) as tell:
                outcome = action(gated, *args, **kwargs)
                tell(outcome)
                return outcome

        guarded.__dict__["act"] = act
        return cast("Callable[Concatenate[G, P], R]", guarded)  # a method's self is given by its place

    return mark


def find_act(action: object) -> Act | None:
    """The act that a function was marked with; None when it was not."""
    found = getattr(action, "act", None)
    return found if isinstance(found, Act) else None
