"""The models as people read them: what each is made from, where it stands, what its checks say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lakeside.models.apply import AppliedModel, ModelState
from lakeside.models.check import ModelCheckResult
from ui.formats import UNKNOWN, format_relative, format_utc
from ui.presenters.looks import Look
from ui.presenters.places import link_to_table
from ui.presenters.views import Column, Table, TableCell

STATES = {
    ModelState.MISSING: Look("○", "not applied", "quiet", "nothing of it is in the warehouse"),
    ModelState.CURRENT: Look("✓", "current", "good", "as its file says"),
    ModelState.CHANGED: Look("↻", "changed", "warn", "its file says something else now"),
    ModelState.OUTDATED: Look("↻", "outdated", "warn", "rows were published since the table was made"),
    ModelState.FOREIGN: Look("?", "foreign", "odd", "something of that name is there that is no model"),
}
CHECKED = {
    "passed": Look("✓", "passed", "good"),
    "failed": Look("✕", "failed", "bad"),
    "error": Look("✕", "could not run", "bad"),
}


def present_models(models: Sequence[AppliedModel], now: datetime) -> Table:
    """One line a model, in the order in which they are applied."""
    columns = [
        Column("Model"),
        Column("State"),
        Column("As"),
        Column("Made"),
        Column("Reads"),
        Column("What"),
    ]
    return Table("Models", columns, [_present_line(found, now) for found in models])


def _present_line(found: AppliedModel, now: datetime) -> list[TableCell]:
    name, look = found.model.name, STATES[found.state]
    there = found.state is not ModelState.MISSING
    return [
        TableCell(name, href=link_to_table(name) if there else None),
        TableCell("", look=look, title=look.meaning),
        TableCell(found.form.value if found.form else UNKNOWN),
        TableCell(
            format_relative(found.made_at, now), title=format_utc(found.made_at) if found.made_at else None
        ),
        TableCell(", ".join(found.model.reads)),
        TableCell(found.model.title),
    ]


def present_checks(results: Sequence[ModelCheckResult]) -> Table:
    """One line a check."""
    columns = [Column("Model"), Column("Check"), Column("State"), Column("Says")]
    rows = [
        [TableCell(r.model), TableCell(r.check), TableCell("", look=CHECKED[r.state]), TableCell(r.detail)]
        for r in results
    ]
    return Table("Checks of the models", columns, rows)


def list_there(models: Sequence[AppliedModel]) -> tuple[str, ...]:
    """Names of the models whose checks can run."""
    kept = (ModelState.MISSING, ModelState.FOREIGN)
    return tuple(found.model.name for found in models if found.state not in kept)


def count_to_do(models: Sequence[AppliedModel]) -> int:
    """How many applying would make."""
    return sum(found.state is not ModelState.CURRENT for found in models)
