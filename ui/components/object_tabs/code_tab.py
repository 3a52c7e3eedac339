"""Code to take along."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.presenters.object_presenter import ObjectView


def show_code(item: LakeObject, view: ObjectView) -> None:
    """How other tools read exactly this object."""
    for language, text in view.code.items():
        st.markdown(f"**{language}**")
        st.code(text, language="sql" if language == "DuckDB" else "python")
