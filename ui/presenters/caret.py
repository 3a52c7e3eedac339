"""Where in a text an error's cause stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caret:
    """The line of the text an error points at, from 1, cut in two at the place."""

    line: int
    before: str
    after: str


def present_caret(text: str, at: tuple[int, int] | None) -> Caret | None:
    """The place as it is drawn; None where it is not known or not in the text."""
    lines = text.splitlines()
    if at is None or not 1 <= at[0] <= len(lines):
        return None
    line = lines[at[0] - 1]
    return Caret(at[0], line[: at[1] - 1], line[at[1] - 1 :])
