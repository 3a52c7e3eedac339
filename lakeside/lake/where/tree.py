"""What a condition is made of once it has been read. Values are in the column's own units.

Truth is SQL's, with three values: what compares with null is null, and only rows that come to true stay.
Float columns compare as IEEE has it: NaN equals nothing, so `NOT (x = 1)` keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """How two values compare; unequal is the negation of equal."""

    EQUAL = "equal"
    LESS = "less"
    LESS_EQUAL = "less_equal"
    GREATER = "greater"
    GREATER_EQUAL = "greater_equal"


Value = int | float | str | bool
MIRRORED = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """A column with a value: an int counts the column's units (days, microseconds, hundredths, ...)."""

    column: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Known:
    """What is the same for every value of the column, as `small_int < 1e30` is; null where it is null."""

    column: str
    outcome: bool


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether the column is null; never null itself."""

    column: str


@dataclass(frozen=True, slots=True)
class Like:
    """A text column with a pattern: % any characters, _ one, a backslash takes the next one as it is."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of the same kind."""

    left: str
    operator: Operator
    right: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; null stays null."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """AND."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """OR."""

    nodes: tuple[Node, ...]


Node = Compare | Known | IsNull | Like | Pair | Not | All | AnyOf


def find_columns(node: Node) -> Iterator[str]:
    """The columns a condition speaks of, with repetitions."""
    match node:
        case All(nodes) | AnyOf(nodes):
            for child in nodes:
                yield from find_columns(child)
        case Not(child):
            yield from find_columns(child)
        case Pair(left, _, right):
            yield from (left, right)
        case _:
            yield node.column
