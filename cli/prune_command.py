"""`lakeside prune`: remove what is kept longer than the settings say."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, Misuse
from cli.output import Output
from cli.tables import format_bytes, format_table
from lakeside.errors import SettingsError

if TYPE_CHECKING:
    from lakeside.lake.prune import PrunePlan, Surplus

_TITLES = ("object", "version", "size", "why")
_SHOWN = 40


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Remove earlier versions and rows set aside that are kept too long; says what first, and asks."""
    from flows.opened import open_services
    from lakeside.settings import load_settings

    lake = open_services(load_settings()).lake
    plan = lake.plan_prune()
    if not dry_run and not yes:
        if as_json or not sys.stdin.isatty():
            hint = "Add --yes, or --dry-run to see what it would remove."
            raise Misuse(SettingsError("Pruning asks first, and nobody can answer here.", hint))
        typer.echo("\n".join(_describe(plan)), err=True)
        if not plan.surplus:
            return 0
        typer.confirm(f"Remove {_count(plan.surplus)} for good?", abort=True, err=True)
    removed = [] if dry_run else lake.prune(plan)
    document = _as_document(plan, removed, dry_run)
    told = _describe(plan) if dry_run else iter([f"Removed {_count(removed)}."])
    Output(as_json).show(document, lambda: "\n".join(told))
    return 0


def _count(surplus: Sequence[Surplus]) -> str:
    size = format_bytes(sum(one.object.size_bytes for one in surplus))
    return f"{len(surplus):,} {'version' if len(surplus) == 1 else 'versions'}, {size}"


def _as_document(plan: PrunePlan, removed: Sequence[Surplus], dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "planned": [_as_item(one) for one in plan.surplus],
        "planned_bytes": plan.size_bytes,
        "truncated": plan.truncated,
        "removed": [_as_item(one) for one in removed],
        "removed_bytes": sum(one.object.size_bytes for one in removed),
        "retention": plan.sentences,
    }


def _as_item(one: Surplus) -> dict[str, Any]:
    found = one.object
    return {
        "object": found.key,
        "version": found.version,
        "live": found.is_live,
        "size_bytes": found.size_bytes,
        "modified_at": found.modified_at,
        "replaced_at": found.replaced_at,
        "reason": one.reason,
    }


def _describe(plan: PrunePlan) -> Iterator[str]:
    yield from plan.sentences
    yield ""
    if not plan.surplus:
        yield "Nothing is kept longer than that."
        return
    rows = [
        (one.object.key, one.object.version, format_bytes(one.object.size_bytes), one.reason)
        for one in plan.surplus[:_SHOWN]
    ]
    yield format_table(_TITLES, rows)
    if len(plan.surplus) > _SHOWN:
        yield f"… and {len(plan.surplus) - _SHOWN:,} more."
    yield f"In all {_count(plan.surplus)}{' and more' if plan.truncated else ''}."
