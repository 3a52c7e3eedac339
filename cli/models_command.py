"""`lakeside models`: list the ELT models, apply them to the warehouse, run their checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption
from cli.output import Output
from cli.tables import format_seconds, format_table
from lakeside.models.model import Form

if TYPE_CHECKING:
    from lakeside.models.apply import AppliedModel, Outcome
    from lakeside.models.check import ModelCheckResult
    from lakeside.services import Services


models = typer.Typer(
    name="models", help="ELT models: views and tables made from the loaded trips.", no_args_is_help=True
)

NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="MODEL...", help="Which; all without.", show_default=False)
]


@models.command("list")
def list_command(as_json: JsonOption = False) -> int:
    """Show every model, what it reads, and where it stands in the warehouse."""
    from lakeside.models.apply import list_applied

    found = list_applied(_open())
    Output(as_json).show([_plain(one) for one in found], lambda: _describe(found))
    return 0


@models.command("apply")
def apply_command(
    names: NamesArgument = None,
    form: Annotated[
        Form | None, typer.Option("--as", help="View or table; without, each stays what it is.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Run the checks of what was applied.")] = True,
    as_json: JsonOption = False,
) -> int:
    """Make the models in the warehouse, in order; as views unless tables are asked for."""
    from lakeside.models.apply import apply_models
    from lakeside.models.check import run_model_checks
    from lakeside.models.registry import list_models

    services = _open()
    outcomes = apply_models(services, names or (), form)
    made = {outcome.name for outcome in outcomes}
    chosen = [model for model in list_models() if model.name in made]
    results = run_model_checks(services, chosen) if check else []
    document = {
        "models": [
            {"model": o.name, "as": o.form, "made": o.made, "elapsed_seconds": o.elapsed_seconds}
            for o in outcomes
        ],
        "checks": [result.as_dict() for result in results],
    }
    Output(as_json).show(document, lambda: _describe_applied(outcomes, results))
    return _find_code(results)


@models.command("check")
def check_command(names: NamesArgument = None, as_json: JsonOption = False) -> int:
    """Run the models' checks; exit code 1 when one fails or cannot be evaluated."""
    from lakeside.models.check import run_model_checks
    from lakeside.models.registry import choose_models, list_models

    every = list_models()
    chosen = [model for model in choose_models(every, names or ()) if not names or model.name in names]
    results = run_model_checks(_open(), chosen)
    Output(as_json).show([r.as_dict() for r in results], lambda: _describe_checks(results))
    return _find_code(results)


def _open() -> Services:
    from flows.opened import open_services
    from lakeside.settings import load_settings

    return open_services(load_settings())


def _find_code(results: list[ModelCheckResult]) -> int:
    return int(any(result.state != "passed" for result in results))


def _plain(found: AppliedModel) -> dict[str, Any]:
    return {
        "model": found.model.name,
        "title": found.model.title,
        "reads": found.model.reads,
        "state": found.state,
        "as": found.form,
        "made_at": found.made_at,
        "rows": found.rows,
        "checks": [check.name for check in found.model.checks],
    }


def _describe(found: list[AppliedModel]) -> str:
    titles = ("model", "state", "as", "made", "rows", "reads", "what")
    rows = [
        (m.model.name, m.state, m.form, m.made_at, m.rows, ", ".join(m.model.reads), m.model.title)
        for m in found
    ]
    return f"{format_table(titles, rows)}\n\n`lakeside models apply` makes what is missing or has changed."


def _describe_applied(outcomes: list[Outcome], results: list[ModelCheckResult]) -> str:
    titles = ("model", "as", "", "time")
    rows = [
        (o.name, o.form, "made" if o.made else "unchanged", format_seconds(o.elapsed_seconds))
        for o in outcomes
    ]
    tables = [format_table(titles, rows)] + ([_describe_checks(results)] if results else [])
    return "\n\n".join(tables)


def _describe_checks(results: list[ModelCheckResult]) -> str:
    return format_table(
        ("model", "check", "state", "detail"), [(r.model, r.check, r.state, r.detail) for r in results]
    )
