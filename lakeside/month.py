"""A calendar month, the unit in which everything is fetched, written, published and judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lakeside.errors import SettingsError

_MONTH = re.compile(r"(\d{4})-(\d{2})")
FIRST_YEAR, LAST_YEAR = 2009, 2100


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One month, ordered by time; prints as `2020-10`.

    Raises:
        SettingsError: the number is not 1 to 12 or the year is not 2009 to 2100
            (TLC publishes nothing before 2009).
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise SettingsError(f"Month {self.number} does not exist.", "Months run from 1 to 12.")
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise SettingsError(
                f"Year {self.year} is out of range.", f"Years run from {FIRST_YEAR} to {LAST_YEAR}."
            )

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2020-10`; raises SettingsError when the text is anything else."""
        match = _MONTH.fullmatch(text.strip())
        if match is None:
            raise SettingsError(f"{text!r} is not a month.", "Write months as YYYY-MM, for example 2020-10.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The first day, which is how `source_month` stores a month."""
        return date(self.year, self.number, 1)

    @property
    def index(self) -> int:
        """Months since year 0, for arithmetic."""
        return self.year * 12 + self.number - 1

    def plus(self, months: int) -> Month:
        """The month that many months later (negative: earlier)."""
        year, number = divmod(self.index + months, 12)
        return Month(year, number + 1)

    @property
    def end(self) -> date:
        """The first day of the next month (exclusive end)."""
        year, number = divmod(self.index + 1, 12)
        return date(year, number + 1, 1)


def month_range(first: Month, last: Month) -> list[Month]:
    """All months from first to last, both included; empty when last is before first."""
    return [first.plus(i) for i in range(last.index - first.index + 1)]


def parse_months(texts: Iterable[str]) -> list[Month]:
    """Read months and ranges (`2020-10`, `2020-01..2020-12`, `2020-01,2020-03`), sorted, each once.

    Raises:
        SettingsError: a text is not a month, or a range runs backwards.
    """
    months: set[Month] = set()
    for text in texts:
        for part in filter(None, (p.strip() for p in text.split(","))):
            first, dots, last = part.partition("..")
            start = Month.parse(first)
            stop = Month.parse(last) if dots else start
            if stop < start:
                raise SettingsError(f"The range {part} runs backwards.", f"Write {stop}..{start}.")
            months.update(month_range(start, stop))
    return sorted(months)
