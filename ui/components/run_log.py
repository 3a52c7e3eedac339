"""A run's log: narrowed by level and words, downloadable, looking again while the run is at work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from flows.console import LogLine
from ui.access.runs import load_logs
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted
from ui.components.run_panel import show_log
from ui.presenters.log_presenter import LEVELS, filter_logs, write_logs
from ui.presenters.runs_presenter import may_log_grow


def show_run_log(run_id: str, ended_at: datetime | None = None) -> None:
    """The log with its filter.

    Args: the run; when it ended, if its last lines are still awaited: the page is run once more after that.
    """
    with error_boundary():
        lines, more = load_logs(run_id)
        left, middle, right = st.columns([1, 3, 1], vertical_alignment="bottom")
        level = left.selectbox("From level", LEVELS, index=1, key="log_level")
        words = middle.text_input("Contains", key="log_words", placeholder="for example 2020-10")
        _offer_download(right, run_id, lines)
        fitting = filter_logs(lines, level, words)
        show_log(fitting)
        show_muted(f"{len(fitting)} of {len(lines)} lines" + (", the first of more." if more else "."))
        if ended_at is not None and not may_log_grow(True, ended_at, datetime.now(UTC)):
            st.rerun()


def _offer_download(place: st.delta_generator.DeltaGenerator, run_id: str, lines: Sequence[LogLine]) -> None:
    place.download_button(
        "Download",
        write_logs(lines),
        file_name=f"run-{run_id}.log",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
