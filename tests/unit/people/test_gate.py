"""Who may do what is decided in one place, and every act has a role."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lakeside
from flows.console import RunConsole
from lakeside.checks.failing import find_failing_rows
from lakeside.checks.registry import Registry
from lakeside.datasets import get_dataset
from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError
from lakeside.models.check import run_model_checks
from lakeside.models.registry import list_models
from lakeside.month import Month
from lakeside.people import LEAST_ROLES, Act, Caller, Gate, Role
from lakeside.people.audit_log import AuditLog
from lakeside.people.audit_reading import AuditFilter, read_audit
from lakeside.people.gate import changing, find_act
from lakeside.people.money import require_billed
from lakeside.queries.asking import Place, ask
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.warehouse.protocol import QueryLimits

_READING = (
    "open",
    "get_",
    "list_",
    "find_",
    "read_",
    "check_",
    "has_",
    "describe_",
    "as_caller",
    "preflight",
)


def _list_marked() -> dict[str, Callable[..., Any]]:
    """Everything in the domain and the run console that is marked as changing something."""
    found = {f"console.{n}": m for n, m in inspect.getmembers(RunConsole, callable) if find_act(m)}
    for module in _import_all():
        found |= {
            f"{f.__module__}.{n}": f for n, f in vars(module).items() if inspect.isfunction(f) and find_act(f)
        }
    return found


def _import_all() -> Iterator[Any]:
    for module in pkgutil.walk_packages(lakeside.__path__, "lakeside."):
        if ".warehouse.bigquery" not in module.name:
            yield importlib.import_module(module.name)


MARKED = _list_marked()


def _act(settings: Settings, role: Role | None, action: Callable[..., Any]) -> str:
    """What became of an action with arguments that fit nothing, as somebody of this role."""
    gate = Gate(Caller("somebody", role, "10.0.0.1"), settings, AuditLog(settings))
    carrier = RunConsole.open(settings) if "flows" in action.__module__ else open_services(settings)
    needed = [
        p
        for p in list(inspect.signature(action).parameters.values())[1:]
        if p.default is inspect.Parameter.empty
    ]
    try:
        action(carrier.as_caller(gate), *["none such" for _ in needed])
    except AccessDenied:
        return "refused"
    except (LakesideError, AttributeError, TypeError, ValueError):
        return "reached"
    return "reached"


@pytest.mark.parametrize("name", sorted(MARKED))
def test_every_action_as_every_role(name: str, tmp_path: Path, closed: int) -> None:
    settings = Settings(home=tmp_path, prefect={"port": closed})
    action = MARKED[name]
    act = find_act(action)
    assert act is not None
    least = LEAST_ROLES[act].least
    for role in (None, *Role):
        allowed = role is not None and role.covers(least)
        assert _act(settings, role, action) == ("reached" if allowed else "refused"), (name, role)
    entries = read_audit(open_services(settings), AuditFilter(what=act.value)).entries
    assert {e.role: e.result for e in entries if e.result == "refused"}.keys() == {
        str(r or "") for r in (None, *Role) if r is None or not r.covers(least)
    }
    assert all(e.result in ("done", "failed") for e in entries if e.role == Role.ADMIN)


def test_whatever_the_run_console_can_do_is_reading_or_marked() -> None:
    for name, member in inspect.getmembers(RunConsole, callable):
        if not name.startswith("_") and not name.startswith((*_READING, "preflight")):
            assert find_act(member), f"RunConsole.{name} needs @changing(Act.…)"


def test_every_act_has_a_role_and_words_and_each_role_may_more() -> None:
    assert set(LEAST_ROLES) == set(Act)
    assert all(p.words and p.words[0].islower() and not p.words.endswith(".") for p in LEAST_ROLES.values())
    for role in Role:
        assert any(p.least is role for p in LEAST_ROLES.values())
    assert Role.ADMIN.covers(Role.OPERATOR) and not Role.VIEWER.covers(Role.OPERATOR)


def test_services_that_nobody_was_given_change_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    closed = open_services(settings).as_caller(Gate.closed(settings))
    for act in Act:
        assert closed.gate.find_refusal(act) is not None


def test_callers_share_one_warehouse_and_not_their_rights(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    base = open_services(settings)
    one = base.as_caller(Gate(Caller("a", Role.VIEWER, ""), settings))
    two = one.as_caller(Gate(Caller("b", Role.ADMIN, ""), settings))
    assert one.warehouse is two.warehouse is base.warehouse
    assert one.gate.find_refusal(Act.READ_AUDIT) and not two.gate.find_refusal(Act.READ_AUDIT)


@pytest.mark.parametrize("least", list(Role))
def test_who_may_spend_money_is_a_setting(least: Role, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, people={"query_role": least}, warehouse={"kind": "bigquery"})
    for role in Role:
        services = _as(settings, role)
        if role.covers(least):
            require_billed(services, "SELECT 1")
        else:
            with pytest.raises(AccessDenied, match=f"takes the role {least}"):
                require_billed(services, "SELECT 1")
    require_billed(_as(Settings(home=tmp_path, people={"query_role": "admin"}), Role.VIEWER), "SELECT 1")


@pytest.mark.parametrize("place", ["query", "rows of a check", "checks of models"])
def test_a_viewer_spends_nothing_wherever_a_query_is_billed(place: str, tmp_path: Path) -> None:
    """Refused before the warehouse is opened: there is no project here that could be asked."""
    services = _as(Settings(home=tmp_path, warehouse={"kind": "bigquery"}), Role.VIEWER)
    limits = QueryLimits(1, 1.0, 1)
    registry = Registry.open(services.settings)
    month = registry.place(get_dataset("green"), Month(2024, 1))
    ask_for: dict[str, Callable[[], object]] = {
        "query": lambda: ask(services, Place.WAREHOUSE, "SELECT 1", limits),
        "rows of a check": lambda: find_failing_rows(
            services, registry, month, "dropoff_after_pickup", limits
        ),
        "checks of models": lambda: run_model_checks(services, list_models()),
    }
    with pytest.raises(AccessDenied, match="run queries that BigQuery bills"):
        ask_for[place]()


def _as(settings: Settings, role: Role) -> Services:
    return open_services(settings).as_caller(Gate(Caller("somebody", role, ""), settings))


class _Thing:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.done: list[str] = []

    @changing(Act.SET_NOTIFICATION, hide=("where",))
    def tell(self, where: str, client_secret: str = "", on: tuple[str, ...] = ()) -> None:
        """Something with secrets."""
        self.done.append(where)


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    settings = Settings(home=tmp_path)
    thing = _Thing(Gate(Caller("root", Role.ADMIN, ""), settings, AuditLog(settings)))
    with pytest.raises(BackendUnavailable, match="audit log"):
        thing.tell("there")
    assert thing.done == []


def test_secrets_are_not_written_down(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    thing = _Thing(Gate(Caller("root", Role.ADMIN, "10.1.1.1"), settings, AuditLog(settings)))
    thing.tell("https://hooks.example.com/s3cret", client_secret="s3cret", on=("failed",))
    (entry,) = read_audit(open_services(settings), AuditFilter()).entries
    assert entry.parameters == {
        "where": "(not recorded)",
        "client_secret": "(not recorded)",
        "on": ["failed"],
    }
    assert (entry.who, entry.role, entry.address, entry.result) == ("root", "admin", "10.1.1.1", "done")
    assert "s3cret" not in (tmp_path / "audit" / "audit.jsonl").read_text()
