"""Versions of an object: what is kept, what differs, and what restoring one would do."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.version_compare import VersionDifference
from lakeside.lake.version_facts import VersionHistory
from lakeside.restoring import RestorePlan
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services

SHOWN_VERSIONS = 50


def load_history(key: str) -> VersionHistory:
    """The newest versions of a key with their footers, never older than Lakeside's own last write."""
    return _read_history(key, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_data(ttl=30, max_entries=32, show_spinner="Looking for earlier versions …")
def _read_history(key: str, mark: str) -> VersionHistory:
    from lakeside.lake.version_facts import describe_versions

    return describe_versions(open_console_services().lake, key, SHOWN_VERSIONS)


def is_removed(key: str) -> bool:
    """There is no such object, but there was one, and a version of it is kept."""
    return _is_removed(key, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def _is_removed(key: str, mark: str) -> bool:
    lake = open_console_services().lake
    return lake.find_object(key) is None and bool(lake.list_versions(key, 1).versions)


def load_difference(key: str, old: str, new: str) -> VersionDifference:
    """What differs between two versions of a key, by their full names."""
    return _compare(key, old, new, open_console_services().lake.read_change_mark())


@refreshed
@st.cache_data(ttl=300, max_entries=32, show_spinner="Comparing footers …")
def _compare(key: str, old: str, new: str, mark: str) -> VersionDifference:
    from lakeside.lake.version_compare import compare_versions
    from lakeside.lake.versions import get_version

    lake = open_console_services().lake
    listing = lake.list_versions(key, SHOWN_VERSIONS)
    return compare_versions(lake, get_version(listing, old), get_version(listing, new))


def read_restore_plan(key: str, version: str) -> RestorePlan:
    """What restoring would do as of now; lake and warehouse are asked."""
    from lakeside.restoring import plan_restore

    return plan_restore(open_console_services(), key, version)
