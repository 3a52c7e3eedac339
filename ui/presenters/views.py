"""View models that several pages share: what a fact, a notice, a status or a link looks like as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.presenters.looks import Look, Tone


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure above the fold: its name, the figure, and a line that puts it in place."""

    label: str
    value: str
    note: str = ""
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the console: `page?name=value`, relative so that a base path does no harm."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, with what to do next."""

    look: Look
    title: str
    detail: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, its answer as a state and a sentence, and the reasons."""

    question: str
    look: Look
    words: str
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One part of the system: is it there, and what does it say."""

    name: str
    look: Look
    detail: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a drawn table; numbers stand on the right.

    `href` is where the table stands in this column's order, `order` (`ascending` or `descending`) that it
    does already.
    """

    title: str
    numeric: bool = False
    href: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: its text, and where it leads or what it says on hovering."""

    text: str
    href: str | None = None
    title: str | None = None
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A small table, drawn in full: page long ones before they come here."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[TableCell]]
    footer: Sequence[TableCell] = ()
