"""The datasets that exist. A new one is a file beside this one and a line in `_DATASETS`."""

from __future__ import annotations

from lakeside.datasets.contract import Dataset
from lakeside.datasets.fhv import FHV
from lakeside.datasets.fhvhv import FHVHV
from lakeside.datasets.green import GREEN
from lakeside.datasets.yellow import YELLOW
from lakeside.errors import NotFound

_DATASETS = {d.name: d for d in (YELLOW, GREEN, FHV, FHVHV)}


def list_datasets() -> list[Dataset]:
    """All datasets, in the order people know them."""
    return list(_DATASETS.values())


def get_dataset(name: str) -> Dataset:
    """The dataset of that name (trimmed, any case).

    Raises:
        NotFound: there is none; the hint lists the names that exist.
    """
    dataset = _DATASETS.get(name.strip().casefold())
    if dataset is None:
        raise NotFound(f"There is no dataset {name!r}.", f"Datasets are {', '.join(_DATASETS)}.")
    return dataset
