"""`lakeside reconcile`: every month where lake and warehouse disagree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import JsonOption, read_dataset
from cli.check_tables import count_states
from cli.output import Output
from cli.tables import format_table

if TYPE_CHECKING:
    from lakeside.checks.disagreements import Disagreement
    from lakeside.checks.result import CheckResult

_TITLES = ("month", "column", "figure", "lake", "warehouse", "since")


def reconcile(
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> int:
    """Measure every month of lake and warehouse, source = lake = warehouse; 1 when one disagrees."""
    chosen = [read_dataset(dataset)] if dataset else None
    from flows.opened import open_services
    from lakeside.checks.disagreements import list_disagreements, reconcile_all
    from lakeside.settings import load_settings

    services = open_services(load_settings())
    results = reconcile_all(services, chosen)
    document = [_plain(result) for result in results]
    Output(as_json).show(document, lambda: _describe(results, list_disagreements(services)))
    return 1 if any(result.is_red for result in results) else 0


def _plain(result: CheckResult) -> dict[str, object]:
    differences = [
        {"column": d.column, "figure": d.figure, "lake": d.lake, "warehouse": d.warehouse}
        for d in result.differences
    ]
    return {**result.as_dict(), "differences": differences}


def _describe(results: Sequence[CheckResult], found: Sequence[Disagreement]) -> str:
    asked = {(r.dataset, r.month) for r in results}
    rows = [
        (
            f"{one.dataset} {one.month}",
            d.column or "(rows)",
            d.figure,
            d.lake,
            d.warehouse,
            one.since.date().isoformat(),
        )
        for one in found
        if (one.dataset, one.month) in asked
        for d in one.differences
    ]
    total = f"{len(asked)} months, {count_states(results)}"
    if not rows:
        broken = [f"{r.dataset} {r.month} {r.check}: {r.detail}." for r in results if r.is_red]
        return "\n".join([*broken, f"Lake and warehouse agree: {total}" if not broken else total])
    cure = sorted({f"lakeside load {one.dataset} {one.month} --force" for one in found if one.can_load})
    return "\n\n".join([format_table(_TITLES, rows), "Mend with:\n  " + "\n  ".join(cure), total])
