"""Objects of the lake, their footers and rows."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.errors import LakesideError
from lakeside.lake.objects import Footer, LakeObject, ObjectListing, Preview
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=30, max_entries=8, show_spinner="Listing the lake …")
def load_listing(prefix: str = "") -> ObjectListing:
    """The objects of the lake, sorted by key; `listed_at` says how old the answer is."""
    services = open_console_services()
    return services.lake.list_objects(prefix, limit=services.settings.limits.listed_objects)


@refreshed
@st.cache_data(ttl=300, max_entries=64, show_spinner="Reading footers …")
def load_footers(objects: Sequence[LakeObject]) -> dict[str, Footer | LakesideError]:
    """Footers of one page of the listing; an unreadable object answers with its error."""
    return open_console_services().lake.read_footers(objects)


@refreshed
@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def load_object(key: str) -> tuple[LakeObject, Footer]:
    """One object and its footer."""
    lake = open_console_services().lake
    return lake.get_object(key), lake.read_footer(key)


@st.cache_data(ttl=300, max_entries=32, show_spinner="Reading rows …")
def load_preview(key: str, version: str, columns: tuple[str, ...] | None, offset: int, limit: int) -> Preview:
    """One page of rows; `version` keeps pages of a replaced object apart."""
    return open_console_services().lake.preview_object(key, list(columns) if columns else None, offset, limit)


def find_lake_url(key: str = "") -> str:
    """Where the lake, or one of its objects, is: an absolute path or a gs:// URL."""
    lake = open_console_services().lake
    return lake.url_of(key) if key else lake.url
