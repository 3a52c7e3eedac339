"""How a state looks: always a symbol and a word, with a tone that colour-blind people tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "info", "warn", "bad", "odd", "quiet"]


@dataclass(frozen=True, slots=True)
class Look:
    """A state for the eye: `tone` picks the colour, `word` and `symbol` say the same without it."""

    symbol: str
    word: str
    tone: Tone
    meaning: str = ""


COVERAGE: dict[str, Look] = {
    "published": Look("✓", "published", "good", "in the lake and in the warehouse, row counts agree"),
    "in_lake": Look("◐", "in lake", "info", "in the lake, not yet loaded to the warehouse"),
    "stale": Look("↻", "stale", "warn", "written under an older contract or source"),
    "red": Look(
        "✕", "check failed", "bad", "lake and table agree, and a check that counts as an error failed"
    ),
    "changed": Look("↻", "source changed", "warn", "the source has another file than the one in the lake"),
    "mismatch": Look("≠", "differs", "bad", "lake and warehouse hold different rows"),
    "broken": Look("✕", "broken", "bad", "the object cannot be read"),
    "foreign": Look("?", "foreign", "odd", "an object that was not written by Lakeside"),
    "missing": Look("○", "missing", "quiet", "the source has it, the lake does not"),
    "not_yet": Look("…", "not yet", "quiet", "the source has not published it yet"),
    "never": Look("", "never", "quiet", "no source has this month"),
}

CHECK: dict[str, Look] = {
    "failed": Look("✕", "failed", "bad", "a check of severity error failed"),
    "error": Look("‽", "not evaluated", "bad", "the check itself could not be run"),
    "warned": Look("!", "warned", "warn", "more rows fail than the threshold allows"),
    "passed": Look("✓", "passed", "good", "within its threshold"),
    "skipped": Look("–", "skipped", "quiet", "there was nothing to judge"),
}

RUN: dict[str, Look] = {
    "COMPLETED": Look("✓", "completed", "good"),
    "RUNNING": Look("▶", "running", "info"),
    "PENDING": Look("…", "starting", "info"),
    "SCHEDULED": Look("◷", "scheduled", "quiet"),
    "PAUSED": Look("‖", "paused", "warn"),
    "CANCELLING": Look("◌", "cancelling", "warn"),
    "CANCELLED": Look("⊘", "cancelled", "warn"),
    "FAILED": Look("✕", "failed", "bad"),
    "CRASHED": Look("✕", "crashed", "bad"),
}

# Tasks have these besides.
TASK: dict[str, Look] = {
    **RUN,
    "AWAITINGRETRY": Look("↻", "waits to try again", "warn"),
    "RETRYING": Look("▶", "tries again", "info"),
}

MONTH: dict[str, Look] = {
    "queued": Look("◷", "queued", "quiet"),
    "running": Look("▶", "running", "info"),
    "published": Look("✓", "published", "good"),
    "written": Look("◐", "written", "good"),
    "unchanged": Look("=", "unchanged", "good"),
    "checked": Look("✓", "checked", "good"),
    "failed": Look("✕", "failed", "bad"),
    "cancelled": Look("⊘", "cancelled", "warn"),
}


def find_look(looks: dict[str, Look], state: str) -> Look:
    """The state's look; a state nobody drew yet is shown by its own name."""
    return looks.get(state) or Look("?", state.replace("_", " ").lower(), "odd")
