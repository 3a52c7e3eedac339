"""`lakeside doctor`: is everything Lakeside needs there, and if not, what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.arguments import JsonOption
from cli.output import Output
from cli.tables import format_seconds
from lakeside.errors import LakesideError, SourceMissing
from lakeside.shown import hide_secrets

if TYPE_CHECKING:
    from lakeside.settings import Settings
    from lakeside.sources.sources import Sources


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `hint` says how to cure it.

    `state` is ok, problem, or idle: not started, which only the browser console and its runs need.
    """

    check: str
    state: str
    detail: str
    hint: str = ""
    elapsed_seconds: float = 0.0


def doctor(as_json: JsonOption = False) -> int:
    """Look at settings, lake, warehouse, sources, Prefect and the worker; 0 when there is no problem."""
    from lakeside.settings import load_settings

    settings = load_settings()
    findings = list(_examine(settings))
    values = list_settings_in_force(settings)
    ok = all(f.state != "problem" for f in findings)
    document = {"ok": ok, "findings": [asdict(f) for f in findings], "settings": values}
    Output(as_json).show(document, lambda: _describe(findings, values))
    return 0 if ok else 1


def _examine(settings: Settings) -> Iterator[Finding]:
    from flows.opened import open_services
    from lakeside.sources.sources import Sources

    yield _check_names()
    services = open_services(settings)
    yield _ask("lake", lambda: _describe_ready(services.lake.check_ready()))
    yield _ask("warehouse", lambda: _describe_ready(services.warehouse.check_ready()))
    once = Sources(settings.sources.model_copy(update={"attempts": 1}))
    yield _ask("source datatalksclub", lambda: _probe(once, "datatalksclub"))
    yield _ask("source tlc", lambda: _probe(once, "tlc"))
    if settings.sources.archive_url:
        yield _ask("source archive", lambda: _probe(once, "archive"))
    yield from _check_runs(settings)


def _check_names() -> Finding:
    from lakeside.settings import unknown_names

    unknown = unknown_names()
    if unknown:
        return Finding("settings", "problem", f"Not settings: {', '.join(unknown)}.", "See docs/settings.md.")
    return Finding("settings", "ok", "every LAKESIDE_ variable is a setting")


def _ask(check: str, question: Callable[[], str]) -> Finding:
    started = time.monotonic()
    try:
        detail, state, hint = question(), "ok", ""
    except LakesideError as error:
        detail, state, hint = error.message, "problem", error.hint
    return Finding(check, state, detail, hint, time.monotonic() - started)


def _describe_ready(facts: Mapping[str, Any]) -> str:
    shown = {k: v for k, v in facts.items() if k != "elapsed_seconds"}
    return ", ".join(f"{k} {str(v).lower() if isinstance(v, bool) else v}" for k, v in shown.items())


def _probe(sources: Sources, name: str) -> str:
    """Ask the source for a month it has had for years."""
    from lakeside.datasets import get_dataset
    from lakeside.month import Month
    from lakeside.sources.probe import SourceName

    dataset, month = get_dataset("green"), Month(2020, 10)
    try:
        probe = sources.probe(dataset, month, SourceName(name))
    except SourceMissing as error:
        return f"answers, but has no green {month} ({error.message})"
    size = f"{probe.size_bytes:,} bytes" if probe.size_bytes is not None else "size not given"
    return f"answers: {probe.url}, {size}"


def _check_runs(settings: Settings) -> Iterator[Finding]:
    from flows.console import RunConsole
    from flows.stack import read_stack

    started = time.monotonic()
    health = RunConsole.open(settings).check_ready()
    elapsed = time.monotonic() - started
    advice = health.hint or "Start the stack with `make run` or `lakeside up`."
    if not health.api_ok:
        detail = health.message or f"{health.api_url} does not answer."
        expected = settings.prefect.api_url is not None or read_stack(settings) is not None
        yield Finding("prefect api", "problem" if expected else "idle", detail, advice, elapsed)
        return
    yield Finding("prefect api", "ok", f"{health.api_url} answers", "", elapsed)
    yield _check_clock(health.api_url)
    if not health.workers_online:
        yield Finding("worker", "problem", health.message or "No worker polls for runs.", advice)
    elif health.pool_paused:
        yield Finding("worker", "problem", health.message or "The work pool is paused.", advice)
    else:
        yield Finding("worker", "ok", f"{health.workers_online} online")


def _check_clock(api_url: str) -> Finding:
    from flows.clock import MOST_SKEW_SECONDS, describe_skew, measure_skew

    skew = measure_skew(api_url)
    if skew is None:
        return Finding("clock", "ok", "the Prefect server does not say what time it is")
    if abs(skew) <= MOST_SKEW_SECONDS:
        return Finding("clock", "ok", "the same as the Prefect server's")
    hint = "Set it (timedatectl set-ntp true): a worker here is refused."
    return Finding("clock", "problem", f"It is {describe_skew(skew)}.", hint)


def list_settings_in_force(settings: Settings) -> dict[str, Any]:
    """Environment name -> value of every setting, defaults too; URLs without their secrets."""
    from pydantic import BaseModel

    from lakeside.settings import variable_name

    values: dict[str, Any] = {}
    for field, info in type(settings).model_fields.items():
        name, value = variable_name(field, info), getattr(settings, field)
        if isinstance(value, BaseModel):
            values |= {f"{name}__{inner}".upper(): v for inner, v in value}
        else:
            values[name] = value
    return {name: hide_secrets(v) if isinstance(v, str) else v for name, v in values.items()}


def _describe(findings: list[Finding], settings: Mapping[str, Any]) -> str:
    lines = []
    width = max(len(f.check) for f in findings)
    for f in findings:
        took = f"  ({format_seconds(f.elapsed_seconds)})" if f.elapsed_seconds >= 0.1 else ""
        lines.append(f"{f.state.upper():7}  {f.check:{width}}  {f.detail}{took}")
        if f.hint:
            lines.append(f"{'':7}  {'':{width}}  -> {f.hint}")
    lines += ["", "Settings in force:"]
    name_width = max(map(len, settings))
    lines += [f"  {name:{name_width}}  {'' if v is None else v}".rstrip() for name, v in settings.items()]
    return "\n".join(lines)
