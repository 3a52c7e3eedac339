"""Every month where lake and warehouse disagree: by how much, in which column, since when, what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.checks.disagreements import Disagreement
from lakeside.plan.request import Mode
from ui.formats import format_counted, format_relative, format_utc
from ui.presenters.check_detail_presenter import present_figures
from ui.presenters.places import link_to_checks, link_to_ingest
from ui.presenters.views import Column, Link, Table, TableCell

_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class ReconcileView:
    """The verdict, a line per differing figure, and a plan per dataset that mends all of its months."""

    verdict: str
    agrees: bool
    table: Table
    cures: Sequence[Link]


def present_reconciliation(found: Sequence[Disagreement], months: int, now: datetime) -> ReconcileView:
    """Args: the months that disagree; how many months were reconciled at all; now."""
    checked = format_counted(months, "checked month")
    verdict = f"Lake and warehouse agree in all of {checked}"
    if found:
        verdict = f"Lake and warehouse disagree in {len(found):,} of {checked}"
    lines = [line for one in found for line in _present_lines(one, now)]
    columns = [
        Column("Month"),
        Column("Column"),
        Column("Figure"),
        Column("Lake", numeric=True),
        Column("Warehouse", numeric=True),
        Column("Difference", numeric=True),
        Column("Since"),
        Column("Last agreed"),
    ]
    table = Table("Where lake and warehouse disagree", columns, lines[:_MOST_LINES])
    return ReconcileView(verdict, not found, table, _present_cures(found))


def _present_lines(one: Disagreement, now: datetime) -> list[list[TableCell]]:
    check = "rows_lake_warehouse" if any(not d.column for d in one.differences) else "figures_lake_warehouse"
    name = TableCell(f"{one.dataset} {one.month}", href=link_to_checks(one.dataset, one.month, check))
    since = TableCell(format_relative(one.since, now), title=format_utc(one.since))
    good = TableCell(format_relative(one.last_good, now), title=format_utc(one.last_good))
    if not one.differences:
        cells = [TableCell("; ".join(one.details)), *[TableCell("") for _ in range(4)]]
        return [[name, *cells, since, good]]
    return [
        [
            name,
            TableCell(d.column or "all rows"),
            *present_figures(one.dataset, d),
            since,
            good,
        ]
        for d in one.differences
    ]


def _present_cures(found: Sequence[Disagreement]) -> list[Link]:
    """A plan per dataset: what the lake has is loaded again, nothing is fetched that did not change."""
    links = []
    for dataset in dict.fromkeys(one.dataset for one in found):
        months = [one.month for one in found if one.dataset == dataset]
        label = f"Mend {format_counted(len(months), 'month')} of {dataset}: see the plan"
        links.append(Link(label, link_to_ingest(dataset, months, Mode.REPAIR)))
    return links
