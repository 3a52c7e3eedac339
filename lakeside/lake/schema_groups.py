"""Which objects belong together when their columns are compared: by what their keys say, else by folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.datasets import Dataset, list_datasets
from lakeside.lake.layout import QUARANTINE_PREFIX, REFERENCE_PREFIX
from lakeside.lake.objects import LakeObject
from lakeside.month import Month

ROOT = "/"
_MONTH = re.compile(r"(?<!\d)(20\d{2}-(?:0[1-9]|1[0-2]))(?!\d)")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SchemaGroup:
    """Objects to be compared. `name` is a dataset's, or a prefix ending with `/`; `dataset` is None then."""

    name: str
    dataset: Dataset | None
    objects: Sequence[LakeObject]


def group_objects(objects: Sequence[LakeObject]) -> list[SchemaGroup]:
    """Datasets first, in their order, then other folders by name.

    A key says a dataset when a folder of it is the dataset's name, or when the words of its file name begin
    with it (`raw/green_tripdata_2020-10_copy.parquet`). Rows set aside and reference tables are folders.
    """
    known = {dataset.name: dataset for dataset in list_datasets()}
    groups: dict[str, list[LakeObject]] = {name: [] for name in known}
    for found in sorted(objects, key=lambda one: one.key):
        groups.setdefault(_name_group(found.key, set(known)), []).append(found)
    folders = sorted(name for name in groups if name not in known)
    return [SchemaGroup(n, known.get(n), groups[n]) for n in (*known, *folders) if groups[n]]


def find_place(key: str) -> tuple[str | None, Month | None]:
    """The dataset and the month that a key says, each None where it does not."""
    known = {dataset.name for dataset in list_datasets()}
    said = _name_group(key, known)
    months = _MONTH.findall(key.rpartition("/")[2])
    return said if said in known else None, Month.parse(months[-1]) if months else None


def _name_group(key: str, datasets: set[str]) -> str:
    folder, _, name = key.rpartition("/")
    if not key.startswith((QUARANTINE_PREFIX, REFERENCE_PREFIX)):
        words = _WORD.findall(name.casefold())
        if words and words[0] in datasets:
            return str(words[0])
        said = next((part for part in reversed(folder.split("/")) if part in datasets), None)
        if said:
            return said
    return f"{folder}/" if folder else ROOT
