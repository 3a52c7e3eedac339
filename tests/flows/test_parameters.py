"""What a run can be asked for: the same answer in our check, whoever asks."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from flows.parameters import (
    DatasetName,
    IngestParameters,
    LoadParameters,
    SourceChoice,
    check_parameters,
    compact_months,
    name_run,
)
from lakeside.datasets import list_datasets
from lakeside.errors import SettingsError
from lakeside.sources.probe import SourceName

GOOD: dict[str, Any] = {"dataset": "green", "year": 2020, "months": [3, 1]}


def test_the_choices_are_those_of_the_registry() -> None:
    assert set(get_args(DatasetName)) == {dataset.name for dataset in list_datasets()}
    assert set(get_args(SourceChoice)) == {source.value for source in SourceName} - {SourceName.LAKE.value}


def test_parameters_are_completed_and_sorted() -> None:
    assert check_parameters(IngestParameters, GOOD) == {
        "dataset": "green",
        "year": 2020,
        "months": [1, 3],
        "source": "auto",
        "load": True,
        "force": False,
        "fan_out": "threads",
        "lake_object": None,
    }


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"months": [13]}, "months"),
        ({"months": [0]}, "months"),
        ({"months": []}, "months"),
        ({"months": [1, 1]}, "months"),
        ({"dataset": "purple"}, "dataset"),
        ({"year": 2008}, "year"),
        ({"source": "ftp"}, "source"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{named}"):
        check_parameters(IngestParameters, GOOD | change)


def test_loading_takes_no_source() -> None:
    with pytest.raises(SettingsError, match=r"^source"):
        check_parameters(LoadParameters, GOOD | {"source": "tlc"})


@pytest.mark.parametrize(
    ("months", "text"),
    [([1, 2, 3], "1-3"), ([1, 3, 5, 6, 7], "1,3,5-7"), ([12], "12"), ([2, 1], "1-2"), (range(1, 13), "1-12")],
)
def test_months_are_written_short(months: list[int], text: str) -> None:
    assert compact_months(months) == text


def test_a_run_is_named_by_what_it_does() -> None:
    assert name_run("green", 2020, [1, 2, 3]) == "green 2020 [1-3]"


def test_a_lake_object_is_one_month_from_the_lake() -> None:
    good = {**GOOD, "months": [3], "source": "lake", "lake_object": "raw/trips.parquet"}
    assert check_parameters(IngestParameters, good)["lake_object"] == "raw/trips.parquet"
    for wrong in ({"months": [1, 3]}, {"source": "tlc"}, {"lake_object": None}, {"lake_object": ""}):
        with pytest.raises(SettingsError):
            check_parameters(IngestParameters, {**good, **wrong})
