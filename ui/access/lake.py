"""Objects of the lake, their footers and rows."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

import streamlit as st

from lakeside.lake.browse import ObjectFacts, describe_object, describe_objects
from lakeside.lake.find import RowCounts, narrow
from lakeside.lake.head import Head
from lakeside.lake.objects import (
    Export,
    Footer,
    Format,
    LakeObject,
    ObjectListing,
    Preview,
    ReadPlan,
    RowsWanted,
)
from lakeside.settings import LimitSettings
from lakeside.shown import hide_secrets
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services, open_settings


def load_listing(prefix: str = "") -> ObjectListing:
    """The objects below a prefix, sorted by key, cut at `limits.listed_objects`.

    At most half a minute old (`listed_at` says how old), and never older than Lakeside's own last write.
    """
    return _list_objects(prefix, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_resource(
    ttl=30, max_entries=8, show_spinner="Listing the lake …"
)  # shared, not copied: it may be long
def _list_objects(prefix: str, mark: str) -> ObjectListing:
    return open_console_services().lake.list_objects(prefix)


def load_row_counts(prefix: str, words: str) -> RowCounts:
    """Rows of the objects below a prefix that fit the words, as far as the limits let footers be read."""
    return _count_rows(prefix, words, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_resource(ttl=300, max_entries=8, show_spinner="Reading footers to count rows …")
def _count_rows(prefix: str, words: str, mark: str) -> RowCounts:
    return open_console_services().lake.count_rows(narrow(load_listing(prefix).objects, words))


@refreshed
@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def load_facts(objects: Sequence[LakeObject]) -> list[ObjectFacts]:
    """What each object of one page of the listing is, and its footer where it has one."""
    return describe_objects(open_console_services().lake, objects)


def load_object(key: str) -> tuple[LakeObject, Footer]:
    """One object and its footer, never older than Lakeside's own last write; BadFile when it has none."""
    facts = load_described(key)
    return facts.object, facts.footer or open_console_services().lake.read_footer(key)


def load_described(key: str) -> ObjectFacts:
    """One object with its footer, or with what it is and why it has none."""
    return _describe(key, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def _describe(key: str, mark: str) -> ObjectFacts:
    return describe_object(open_console_services().lake, key)


@st.cache_data(ttl=300, max_entries=16, show_spinner=False)
def load_head(key: str, version: str) -> Head:
    """The first bytes of an object, for people."""
    return open_console_services().lake.read_head(key)


@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def load_read_plan(key: str, version: str, wanted: RowsWanted) -> ReadPlan:
    """What reading a page of rows will take, by the footer alone."""
    return open_console_services().lake.plan_rows(key, wanted)


@st.cache_data(ttl=300, max_entries=32, show_spinner="Reading rows …")
def load_rows(key: str, version: str, wanted: RowsWanted) -> tuple[Preview, float]:
    """One page of rows and the seconds it took; `version` keeps pages of a replaced object apart."""
    started = time.monotonic()
    return open_console_services().lake.preview_rows(key, wanted), time.monotonic() - started


@st.cache_resource(ttl=120, max_entries=2, show_spinner="Gathering the rows …")  # large: not copied
def load_export(key: str, version: str, wanted: RowsWanted, kind: Format) -> Export:
    """Chosen rows as a file, within the limits of downloads."""
    return open_console_services().lake.export_rows(key, wanted, kind)


def read_whole(key: str) -> bytes:
    """All bytes of an object, within the limit of downloads; not kept."""
    return open_console_services().lake.read_whole(key)


def find_limits() -> LimitSettings:
    """The bounds on what one click may cause."""
    return open_settings().limits


def find_lake_url(key: str = "") -> str:
    """Where the lake, or one of its objects, is: an absolute path or a gs:// URL."""
    lake = open_console_services().lake
    return lake.url_of(key) if key else lake.url


def find_emulator() -> str | None:
    """The address of the storage emulator that stands for the bucket, if one does; without a password."""
    return hide_secrets(open_console_services().settings.storage_emulator_host or "") or None


def find_table(key: str) -> str:
    """A table of its own for an object, as `dataset.name`: loading into a published one would double rows."""
    stem = key.rpartition("/")[2].removesuffix(".parquet")
    return f"{open_console_services().settings.warehouse.dataset}.{re.sub('[^A-Za-z0-9_]', '_', stem)}"
