"""What it takes to bring a stranger's object in, and what its name says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.lake.browse import ObjectFacts
from lakeside.lake.schema_groups import find_place
from lakeside.shown import quote_shell

PROMISE = (
    "A run conforms the object as if a source had sent it: names and types are brought to the contract, rows "
    "that do not fit are set aside and counted, and the month says which object it came from.",
    "An object that lies where the month belongs is replaced by what it is conformed to, if you agree; any "
    "other stays as it is.",
)
TABLE_PROMISE = (
    "A run publishes the object as it is, without a contract; the table is replaced as a whole each time, "
    "and readers see it before or after.",
)
_CONTENTS = ("csv", "gzip", "text")
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form begins with: the dataset's place in the list, and the month or nothing."""

    dataset: int
    month: str


def find_choice(key: str, names: Sequence[str]) -> Choice:
    """What the object's name says."""
    dataset, month = find_place(key)
    return Choice(names.index(dataset) if dataset in names else 0, str(month) if month else "")


def present_adoption(facts: ObjectFacts) -> str:
    """Why the object cannot become a month; nothing where it can."""
    if facts.footer is None:
        return "" if facts.content in _CONTENTS else f"It is {facts.content}: only parquet and CSV can be."
    if facts.footer.provenance is not None:
        return "It was written by Lakeside: it is a month, or was made from one."
    return ""


def present_table(facts: ObjectFacts) -> str:
    """Why the object cannot become a table of its own; nothing where it can."""
    return "" if facts.footer is not None else f"It is {facts.content}: only parquet can be loaded as it is."


def present_table_command(key: str) -> str:
    """The command that loads the object as it is, under the name the form begins with."""
    return f"lakeside load-object {quote_shell(key)} --table {name_table(key)}"


def name_table(key: str) -> str:
    """A name for a table, made of the object's."""
    words = _WORD.findall(key.rpartition("/")[2].removesuffix(".parquet"))
    name = "_".join(words).lower() or "object"
    return f"t_{name}" if name[0].isdigit() else name
