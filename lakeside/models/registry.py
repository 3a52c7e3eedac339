"""The models there are, in the order in which they can be applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lakeside.errors import NotFound, SettingsError
from lakeside.models.model import Model, parse_model

FOLDER = Path(__file__).parent


def list_models(folder: Path = FOLDER) -> list[Model]:
    """Every model of a folder, each after those it reads.

    Raises:
        SettingsError: a file cannot be read as a model, or models read each other in a circle.
        QueryRejected: a SELECT does not parse.
    """
    paths = sorted(folder.glob("*.sql"))
    return order_models([parse_model(path.stem, path.read_text(encoding="utf-8")) for path in paths])


def choose_models(models: Sequence[Model], names: Sequence[str]) -> list[Model]:
    """The named models and all they read, in order; every one when none is named.

    Raises:
        NotFound: there is no such model.
    """
    by_name = {model.name: model for model in models}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise NotFound(f"There is no model {unknown[0]}.", f"Models are {', '.join(by_name)}.")
    wanted = set(names or by_name)
    for model in reversed(models):
        if model.name in wanted:
            wanted |= set(model.reads) & set(by_name)
    return [model for model in models if model.name in wanted]


def order_models(models: Iterable[Model]) -> list[Model]:
    """Each after the models it reads, else by name.

    Raises:
        SettingsError: models read each other in a circle; the message names it.
    """
    waiting = {model.name: model for model in sorted(models, key=lambda model: model.name)}
    ordered: list[Model] = []
    while waiting:
        ready = [m for m in waiting.values() if not set(m.reads) & set(waiting)]
        if not ready:
            raise SettingsError(
                f"Models read each other in a circle: {' → '.join(_find_circle(waiting))}.",
                "Take one of these references out.",
            )
        ordered += ready
        for model in ready:
            del waiting[model.name]
    return ordered


def _find_circle(waiting: dict[str, Model]) -> list[str]:
    """A circle among models of which each reads at least one other (or itself)."""
    path = [next(iter(waiting))]
    while True:
        following = next(name for name in waiting[path[-1]].reads if name in waiting)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
