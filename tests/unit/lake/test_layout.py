"""Where things lie, and which keys are a month's object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.lake.layout import data_key, find_month, quarantine_key, reference_key
from lakeside.month import Month

months = st.builds(Month, st.integers(2009, 2100), st.integers(1, 12))


def test_the_courses_own_path() -> None:
    month = Month(2020, 1)
    assert data_key("green", month) == "data/green/green_tripdata_2020-01.parquet"
    assert quarantine_key("green", month) == "quarantine/green/green_tripdata_2020-01.parquet"
    assert reference_key("zones") == "reference/zones.parquet"


@given(st.sampled_from(["yellow", "green", "fhv", "fhvhv"]), months)
def test_a_key_is_found_again(dataset: str, month: Month) -> None:
    assert find_month(data_key(dataset, month)) == (dataset, month)
    assert find_month(quarantine_key(dataset, month)) is None


@pytest.mark.parametrize(
    "key",
    [
        "data/green/green_tripdata_2020-13.parquet",
        "data/green/green_tripdata_2020-00.parquet",
        "data/green/green_tripdata_1999-01.parquet",
        "data/green/green_tripdata_2020-1.parquet",
        "data/green/green_tripdata_\u0662\u0660\u0662\u0660-01.parquet",
        "data/green/yellow_tripdata_2020-01.parquet",
        "data/green/green_tripdata_2020-01.parquet.bak",
        "x/data/green/green_tripdata_2020-01.parquet",
        "data/green/old/green_tripdata_2020-01.parquet",
        "",
    ],
)
def test_other_keys_are_no_months(key: str) -> None:
    assert find_month(key) is None
