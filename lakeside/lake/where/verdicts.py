"""What was found out about a lake's statistics, so that each column is compared once."""

from __future__ import annotations

from dataclasses import dataclass, field

_REMEMBERED = 5_000


@dataclass(slots=True)
class Verdicts:
    """Of (key, version, column): empty where the statistics hold, else why they do not."""

    found: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def remember(self, name: tuple[str, str, str], verdict: str) -> None:
        """Keep it; of very many the oldest are forgotten."""
        while len(self.found) >= _REMEMBERED:
            self.found.pop(next(iter(self.found)), None)
        self.found[name] = verdict
