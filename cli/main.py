"""The `lakeside` command: its verbs, its exit codes, and the one place where errors become words.

Exit codes: 0 all went well, 1 work failed, 2 misuse (an argument or a setting that cannot be),
130 interrupted. Every verb imports what it needs when it runs, so that starting is cheap.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module

import typer
from typer.exceptions import TyperException
from typer.models import CommandInfo

from cli.arguments import Misuse
from cli.output import show_error
from cli.recording import recorded
from lakeside import __version__
from lakeside.errors import LakesideError, QueryRejected, SettingsError

logger = logging.getLogger(__name__)

WORK_FAILED, MISUSE, INTERRUPTED = 1, 2, 130

# Verb -> where it is. A module is imported when its verb is asked for, or when all of them are listed.
VERBS = {
    "ingest": "cli.ingest_command",
    "load": "cli.load_command",
    "adopt": "cli.adopt_command",
    "load-object": "cli.load_object_command",
    "plan": "cli.plan_command",
    "status": "cli.status_command",
    "ls": "cli.ls_command",
    "preview": "cli.preview_command",
    "export": "cli.export_command",
    "profile": "cli.profile_command",
    "chart": "cli.chart_command",
    "schemas": "cli.schemas_command",
    "schema": "cli.schema_command",
    "layout": "cli.layout_command",
    "versions": "cli.versions_command",
    "diff": "cli.diff_command",
    "restore": "cli.restore_command",
    "prune": "cli.prune_command",
    "check": "cli.check_command",
    "reconcile": "cli.reconcile_command",
    "sql": "cli.sql_command",
    "remove": "cli.remove_command",
    "doctor": "cli.doctor_command",
    "setup": "cli.setup_command",
    "up": "cli.up_command",
    "start": "cli.start_command",
    "runs": "cli.runs_command",
    "schedule": "cli.schedule_command",
    "models": "cli.models_command",
    "audit": "cli.audit_command",
}


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lakeside {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """A parquet data lake of NYC taxi trips: fetch months, publish them, see what is where."""


def name_command(info: CommandInfo) -> str:
    """The word of a command within its group."""
    return info.name or getattr(info.callback, "__name__", "").replace("_", "-")


def build_app(verbs: Iterable[str]) -> typer.Typer:
    """The command line with these verbs; building one of them takes a third of building all."""
    app = typer.Typer(
        name="lakeside",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for verb in verbs:
        member = getattr(import_module(VERBS[verb]), verb.replace("-", "_"))
        if isinstance(member, typer.Typer):
            for info in member.registered_commands:
                if info.callback is not None:
                    info.callback = recorded(f"{verb} {name_command(info)}", info.callback)
            app.add_typer(member)
        else:
            app.command(verb)(recorded(verb, member))
    return app


def main() -> None:
    """The console script."""
    # Importing makes hundreds of thousands of objects that stay; looking through them for garbage at the
    # usual pace is a tenth of a command's start.
    gc.set_threshold(200_000)
    _configure_logging()
    code = run(sys.argv[1:])
    # What is left goes with the process: looking through it for garbage first takes a tenth of a second.
    # DuckDB's bindings count what is left and complain of it on stderr, so with them there is no way around.
    if "_duckdb" not in sys.modules:
        gc.freeze()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Nothing is raised."""
    as_json = "--json" in arguments
    try:
        app = build_app(arguments[:1] if arguments and arguments[0] in VERBS else VERBS)
        code = app(args=list(arguments), prog_name="lakeside", standalone_mode=False)
        return _finish(code if isinstance(code, int) else 0, as_json)
    except TyperException as error:
        return _refuse(error, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: say no more
        return WORK_FAILED
    except typer.Abort:
        show_error({"kind": "Declined", "message": "Nothing was done.", "hint": ""}, as_json)
        return WORK_FAILED
    except Misuse as misuse:
        show_error(misuse.error.as_dict(), as_json)
        return MISUSE
    except LakesideError as error:
        show_error(error.as_dict(), as_json)
        return MISUSE if isinstance(error, SettingsError | QueryRejected) else WORK_FAILED
    except Exception as error:
        logger.exception("The program failed")
        hint = "This is a fault of Lakeside; the traceback is on stderr."
        show_error({"kind": type(error).__name__, "message": str(error), "hint": hint}, as_json)
        return WORK_FAILED


def _finish(code: int, as_json: bool) -> int:
    """Typer turns Ctrl-C into this code and says nothing; commands that print results first return 1."""
    if code == INTERRUPTED:
        show_error({"kind": "Interrupted", "message": "Stopped before it was done.", "hint": ""}, as_json)
    return code


def _refuse(error: TyperException, as_json: bool) -> int:
    """Say what is wrong with the command line itself (or show the help where nothing was asked)."""
    code = int(getattr(error, "exit_code", MISUSE))
    describe = getattr(error, "format_message", None)
    message = str(describe() if describe else error)
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and not as_json:
        return code  # the help is on the screen already
    message = " ".join(message.split())
    hint = f"See `{context.command_path} --help`." if context else "See `lakeside --help`."
    show_error({"kind": "UsageError", "message": message, "hint": hint}, as_json)
    return code


def _configure_logging() -> None:
    """Warnings and worse go to stderr; stdout is for results."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s: %(message)s")
    logging.captureWarnings(True)
    warnings.formatwarning = _format_warning


def _format_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    return str(message)


if __name__ == "__main__":
    main()
