"""`lakeside restore`: bring an earlier version of an object back, as a new one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, Misuse, ObjectArgument, read_key
from cli.diff_command import VERSION_HELP
from cli.output import Output
from cli.versions_command import as_version
from lakeside.errors import SettingsError

if TYPE_CHECKING:
    from lakeside.lake.objects import LakeObject
    from lakeside.restoring import RestorePlan


def restore(
    key: ObjectArgument,
    version: Annotated[str, typer.Argument(metavar="VERSION", help=VERSION_HELP, show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Make a copy of an earlier version the live object (asks first). Nothing is removed."""
    from flows.opened import open_services
    from lakeside.restoring import plan_restore
    from lakeside.restoring import restore as restore_planned
    from lakeside.settings import load_settings

    services = open_services(load_settings())
    plan = plan_restore(services, read_key(services.lake.url, key), version)
    if not yes:
        _ask(plan, as_json)
    restored = restore_planned(services, plan)
    document = _as_document(plan, restored)
    Output(as_json).show(document, lambda: f"Restored {plan.key}: {plan.version.version} is live again.")
    return 0


def _ask(plan: RestorePlan, as_json: bool) -> None:
    """Raises Misuse where nobody can answer, Abort when the answer is no."""
    if as_json or not sys.stdin.isatty():
        raise Misuse(SettingsError("Restoring asks first, and nobody can answer here.", "Add --yes."))
    for line in _tell(plan):
        typer.echo(line, err=True)
    typer.confirm("Restore it?", abort=True, err=True)


def _tell(plan: RestorePlan) -> Iterator[str]:
    rows = "an unknown number of" if plan.rows is None else f"{plan.rows:,}"
    yield f"{plan.key}: version {plan.version.version} ({rows} rows) becomes the live object, as a copy."
    if plan.live is not None:
        live_rows = "" if plan.live_rows is None else f" ({plan.live_rows:,} rows)"
        yield f"What is live now{live_rows} is kept as an earlier version."
    if plan.same_content:
        yield "Both hold the same content."
    if plan.coverage is not None:
        yield f"The month will be {plan.coverage.replace('_', ' ')}. {plan.reason}".rstrip()
    elif plan.reason:
        yield plan.reason


def _as_document(plan: RestorePlan, restored: LakeObject) -> dict[str, Any]:
    return {
        "object": plan.key,
        "restored": as_version(plan.version),
        "replaced": as_version(plan.live) if plan.live else None,
        "live": as_version(restored),
        "rows": plan.rows,
        "coverage": plan.coverage,
        "reason": plan.reason,
    }
