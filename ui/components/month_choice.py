"""Which other months of an object's dataset are drawn with it."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.access.lake import load_listing
from ui.state import follow_url_many, remember_choice

MOST_MONTHS = 24


def choose_months(item: LakeObject) -> list[LakeObject]:
    """The object and the other months of its dataset that are drawn with it, in order."""
    if item.dataset is None or item.month is None:
        return [item]
    listed = load_listing(f"data/{item.dataset}/").objects
    others = {str(o.month): o for o in listed if o.dataset == item.dataset and o.key != item.key}
    if not others:
        return [item]
    chosen = st.multiselect(
        f"Together with other months of {item.dataset}",
        list(others),
        key=follow_url_many("months", list(others)),
        placeholder="this month alone",
        max_selections=MOST_MONTHS,
    )
    remember_choice("months", chosen, [])
    return sorted([item, *(others[name] for name in chosen)], key=lambda o: str(o.month))
