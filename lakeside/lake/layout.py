"""Where things lie in the lake. Keys are relative to the lake's root and use `/`."""

from __future__ import annotations

import re

from lakeside.errors import SettingsError
from lakeside.month import Month

_DATA = re.compile(r"data/(?P<dataset>[^/]+)/(?P=dataset)_tripdata_(?P<month>[0-9]{4}-[0-9]{2})\.parquet")

REFERENCE_PREFIX = "reference/"
QUARANTINE_PREFIX = "quarantine/"


def data_key(dataset: str, month: Month) -> str:
    """Key of a month's object, the path the data engineering course uses."""
    return f"data/{dataset}/{dataset}_tripdata_{month}.parquet"


def quarantine_key(dataset: str, month: Month) -> str:
    """Key of the rows set aside from a month's file."""
    return f"{QUARANTINE_PREFIX}{dataset}/{dataset}_tripdata_{month}.parquet"


def reference_key(name: str) -> str:
    """Key of a reference table."""
    return f"{REFERENCE_PREFIX}{name}.parquet"


def find_month(key: str) -> tuple[str, Month] | None:
    """(dataset, month) of a month's object, or None for any other key (month 13 is no month either)."""
    match = _DATA.fullmatch(key)
    if match is None:
        return None
    try:
        return match["dataset"], Month.parse(match["month"])
    except SettingsError:
        return None
