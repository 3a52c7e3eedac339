"""How columns drift, by dataset or folder."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.lake.schema_groups import SchemaGroup, group_objects
from lakeside.lake.schemas import SchemaMatrix, compare_objects
from ui.access.freshness import refreshed
from ui.access.lake import load_listing
from ui.access.opened import open_console_services


def load_groups() -> Sequence[SchemaGroup]:
    """The groups of everything that is listed; grouping 20,000 names takes a tenth of a second."""
    return group_objects(load_listing().objects)


def load_matrix(group: SchemaGroup) -> SchemaMatrix:
    """The group compared, as long as it has the same objects in the same versions."""
    versions = tuple((found.key, found.version) for found in group.objects)
    return _compare(group.name, versions, load_listing().truncated, group)


@refreshed
@st.cache_resource(ttl=600, max_entries=16, show_spinner="Reading footers …")  # shared: nobody changes it
def _compare(
    name: str, versions: tuple[tuple[str, str], ...], cut: bool, _group: SchemaGroup
) -> SchemaMatrix:
    return compare_objects(open_console_services().lake, _group, cut)
