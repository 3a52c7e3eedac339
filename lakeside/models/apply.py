"""Apply models to the warehouse: each as a view, or as a table whose rows are kept; twice is as once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from lakeside.datasets import list_datasets
from lakeside.datasets.zones import ZONES
from lakeside.errors import ContractViolation, NotFound
from lakeside.models.model import Form, Model
from lakeside.models.registry import choose_models, list_models
from lakeside.people import Act, changing
from lakeside.services import Services
from lakeside.warehouse.protocol import Derived, TableInfo

_STAMP = re.compile(r" ?\(model ([0-9a-f]{12}), made (\S+)\)$")
SECONDS = 1_800.0


class ModelState(StrEnum):
    """Where a model stands in the warehouse."""

    MISSING = "missing"  # not applied yet
    CURRENT = "current"  # as its file says
    CHANGED = "changed"  # its file says something else now
    OUTDATED = "outdated"  # a table, and rows were published since it was made
    FOREIGN = "foreign"  # something of that name is there that is no model


@dataclass(frozen=True, slots=True)
class AppliedModel:
    """A model and what is in the warehouse under its name; `form` and `made_at` are None where nothing is."""

    model: Model
    state: ModelState
    form: Form | None = None
    made_at: datetime | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying did: `made` False where it was current already."""

    name: str
    form: Form
    made: bool
    elapsed_seconds: float


def list_applied(services: Services, models: Sequence[Model] | None = None) -> list[AppliedModel]:
    """Every model with where it stands, in the order in which they can be applied.

    Raises:
        SettingsError, QueryRejected: see `list_models`.
        BackendUnavailable, AccessDenied: the warehouse cannot be asked.
    """
    tables = {table.name: table for table in services.warehouse.list_tables()}
    published = [p.published_at for p in services.warehouse.list_publications().values()]
    last = max(published, default=None)
    return [_judge(model, tables.get(model.name), last) for model in models or list_models()]


@changing(Act.APPLY_MODELS)
def apply_models(
    services: Services,
    names: Sequence[str] = (),
    form: Form | None = None,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    seconds: float = SECONDS,
) -> list[Outcome]:
    """Make the named models (all of them when none is named) and what they read, in order.

    Args:
        services: the warehouse.
        names: which; those they read are made first where they are not current.
        form: what the named ones become; None keeps what each is, a view where it is nothing yet.
        tell: is called after each.
        seconds: bound on each of them.

    Raises:
        NotFound: there is no such model, or it reads a table that nobody knows.
        ContractViolation: something of a model's name is there that is no model.
        LimitExceeded: a table took longer, or would bill more than the dry run said.
    """
    applied = {found.model.name: found for found in list_applied(services)}
    chosen = choose_models([found.model for found in applied.values()], names)
    _require_ours([applied[model.name] for model in chosen])
    _ensure_bases(services, chosen, applied)
    outcomes = []
    for model in chosen:
        found = applied[model.name]
        wanted = (form if model.name in names or not names else None) or found.form or Form.VIEW
        outcomes.append(_apply(services, found, wanted, seconds))
        tell(outcomes[-1])
    return outcomes


def _apply(services: Services, found: AppliedModel, form: Form, seconds: float) -> Outcome:
    started, model = time.monotonic(), found.model
    if found.state is ModelState.CURRENT and found.form is form:
        return Outcome(model.name, form, False, 0.0)
    services.warehouse.replace_derived(
        Derived(
            name=model.name,
            sql=model.sql,
            description=write_description(model, datetime.now(UTC)),
            columns=model.columns,
            as_table=form is Form.TABLE,
            partition=model.partition,
            seconds=seconds,
        )
    )
    return Outcome(model.name, form, True, time.monotonic() - started)


def write_description(model: Model, made_at: datetime) -> str:
    """What is kept with the view: its title, and a stamp that tells which file made it and when."""
    return f"{model.title} (model {model.stamp}, made {made_at.isoformat()})"


def split_description(description: str) -> tuple[str, datetime | None]:
    """What is said of a view or table, without the stamp, and when its model made it; None where none did."""
    stamp = _STAMP.search(description)
    if stamp is None:
        return description, None
    return description[: stamp.start()], datetime.fromisoformat(stamp[2])


def _judge(model: Model, table: TableInfo | None, last: datetime | None) -> AppliedModel:
    if table is None:
        return AppliedModel(model, ModelState.MISSING)
    form = Form.VIEW if table.is_view else Form.TABLE
    stamp = _STAMP.search(table.description)
    if stamp is None:
        return AppliedModel(model, ModelState.FOREIGN, form, None, table.rows)
    made_at = datetime.fromisoformat(stamp[2])
    state = ModelState.CURRENT if stamp[1] == model.stamp else ModelState.CHANGED
    if state is ModelState.CURRENT and form is Form.TABLE and last is not None and last >= made_at:
        state = ModelState.OUTDATED
    return AppliedModel(model, state, form, made_at, table.rows)


def _require_ours(found: Sequence[AppliedModel]) -> None:
    foreign = [one.model.name for one in found if one.state is ModelState.FOREIGN]
    if foreign:
        raise ContractViolation(
            f"The warehouse has a table {foreign[0]} that no model made; it is not replaced.",
            "Rename or drop it, then apply the models again.",
        )


def _ensure_bases(services: Services, chosen: Sequence[Model], models: Mapping[str, AppliedModel]) -> None:
    """The contracts' tables that are read, empty where nothing was loaded yet."""
    read = {name for model in chosen for name in model.reads if name not in models}
    datasets = [dataset for dataset in list_datasets() if dataset.name in read]
    references = [ZONES] if ZONES.name in read else []
    there = {table.name for table in services.warehouse.list_tables()}
    unknown = sorted(read - {d.name for d in datasets} - {r.name for r in references} - there)
    if unknown:
        readers = ", ".join(model.name for model in chosen if unknown[0] in model.reads)
        raise NotFound(f"There is no table {unknown[0]}, which {readers} reads.", "Check the model's SELECT.")
    lacking = [d for d in datasets if d.name not in there], [r for r in references if r.name not in there]
    if any(lacking):
        services.warehouse.ensure_tables(*lacking)
