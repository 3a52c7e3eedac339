"""The months chosen in the matrix: one in full with its links, several by their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.lights import MonthLights
from lakeside.plan.request import Attempt, Mode
from ui.formats import (
    format_bytes,
    format_count,
    format_counted,
    format_relative,
    format_rows,
    format_span,
    format_utc,
    short_id,
)
from ui.presenters.coverage_presenter import ATTENTION, find_state, is_there
from ui.presenters.lamps import Lamp, present_lamps
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.matrix_presenter import MatrixChoice
from ui.presenters.places import (
    link_to_checks,
    link_to_coverage,
    link_to_ingest,
    link_to_object,
    link_to_run,
    link_to_table,
)
from ui.presenters.scales import ColourBy
from ui.presenters.views import Link

SHOWN_MONTHS = 12


@dataclass(frozen=True, slots=True)
class ChosenView:
    """What the panel shows. `lamps` and `links` are of the one month chosen; of several there are none."""

    title: str
    look: Look | None
    facts: Sequence[str]
    lamps: Sequence[Lamp]
    links: Sequence[Link]
    plan: Link
    none: Link


def present_chosen(
    lights: Sequence[MonthLights], dataset: str, choice: MatrixChoice, now: datetime
) -> ChosenView | None:
    """The panel, or None where nothing is chosen."""
    months = [m for m in lights if m.covered.dataset == dataset and m.covered.month in choice.chosen]
    if not months:
        return None
    mode, names = find_mode(months), [m.covered.month for m in months]
    plan = Link(f"Plan {format_counted(len(months), 'month')}", link_to_ingest(dataset, names, mode))
    none = Link("Choose none", link_to_coverage(dataset, by="" if choice.by is ColourBy.STATE else choice.by))
    if len(months) > 1:
        return ChosenView(_name_months(dataset, months), None, _sum_up(months), (), (), plan, none)
    month = months[0]
    return ChosenView(
        title=f"{dataset} {month.covered.month}",
        look=find_look(COVERAGE, find_state(month)),
        facts=_list_facts(month, now),
        lamps=present_lamps(month, now),
        links=list_links(month, choice.attempts.get((dataset, month.covered.month))),
        plan=plan,
        none=none,
    )


def find_mode(months: Sequence[MonthLights]) -> Mode:
    """What the plan begins with: repair where something there is not whole, else what is missing."""
    states = {find_state(m) for m in months}
    if "foreign" in states:
        return Mode.ALL
    return Mode.REPAIR if states & set(ATTENTION) else Mode.MISSING


def list_links(month: MonthLights, attempt: Attempt | None = None) -> list[Link]:
    """Object, table, runs and checks, as far as they exist."""
    covered, links = month.covered, []
    if covered.key:
        links.append(Link("Object", link_to_object(covered.key)))
    if covered.warehouse_rows:
        links.append(Link("Table", link_to_table(covered.dataset)))
    if month.run_id:
        links.append(Link(f"Run {short_id(month.run_id)}", link_to_run(month.run_id)))
    if attempt is not None and attempt.run_id != month.run_id and (attempt.is_active or attempt.is_failed):
        links.append(Link(f"Run {short_id(attempt.run_id)}, {attempt.state}", link_to_run(attempt.run_id)))
    if is_there(covered):
        links.append(Link("Checks", link_to_checks(covered.dataset, covered.month)))
    return links


def _list_facts(month: MonthLights, now: datetime) -> list[str]:
    covered = month.covered
    facts = []
    if covered.lake_rows is not None:
        facts.append(f"{format_rows(covered.lake_rows)} in the lake, {format_bytes(covered.lake_bytes)}")
    if covered.warehouse_rows is not None:
        facts.append(f"{format_rows(covered.warehouse_rows)} in the table")
    if month.null_share is not None:
        facts.append(f"{100 * month.null_share:.1f} % nulls")
    if covered.written_at:
        facts.append(f"written {format_relative(covered.written_at, now)} ({format_utc(covered.written_at)})")
    if month.lake_lag_seconds is not None:
        facts.append(f"source → lake {format_span(month.lake_lag_seconds)}")
    if month.table_lag_seconds is not None:
        facts.append(f"lake → table {format_span(month.table_lag_seconds)}")
    if covered.reason:
        facts.append(covered.reason)
    return facts


def _name_months(dataset: str, months: Sequence[MonthLights]) -> str:
    names = ", ".join(str(m.covered.month) for m in months[:SHOWN_MONTHS])
    more = f" and {len(months) - SHOWN_MONTHS} more" if len(months) > SHOWN_MONTHS else ""
    return f"{dataset} · {format_counted(len(months), 'month')}: {names}{more}"


def _sum_up(months: Sequence[MonthLights]) -> list[str]:
    states = Counter(find_state(m) for m in months)
    words = ", ".join(f"{n} {find_look(COVERAGE, state).word}" for state, n in states.most_common())
    rows = sum(m.covered.lake_rows or 0 for m in months)
    table = sum(m.covered.warehouse_rows or 0 for m in months)
    size = format_bytes(sum(m.covered.lake_bytes or 0 for m in months))
    return [
        words,
        f"{format_count(rows)} rows in the lake, {size}",
        f"{format_count(table)} rows in the table",
    ]
