"""One run drawn: overall bar, a line per month, the log."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from flows.console import LogLine
from ui.components.markup import Markup, el
from ui.components.pieces import state_chip
from ui.presenters.runs_presenter import LineView, RunView

_LEVEL_TONES = {"WARNING": "tone-warn", "ERROR": "tone-bad", "CRITICAL": "tone-bad"}


def show_progress(view: RunView) -> None:
    """State, words and the overall bar."""
    percent = f"{view.percent:.0f}"
    bar = el(
        "div",
        el("i", style=f"width:{percent}%"),
        class_=f"ls-bar tone-{view.progress_tone}",
        role="progressbar",
        aria_valuenow=percent,
        aria_valuemin="0",
        aria_valuemax="100",
        aria_label="Progress of the run",
    )
    words = el("div", el("span", state_chip(view.look), " ", view.progress_words), class_="words")
    st.html(el("div", words, bar, el("span", f"{percent} %"), class_="ls-progress"))


def show_lines(lines: Sequence[LineView]) -> None:
    """A line per month."""
    st.html(el("div", *[_line(line) for line in lines], class_="ls-lines"))


def _line(line: LineView) -> Markup:
    stages = [
        el("li", _mark(stage.progress), stage.name, class_=stage.progress or None) for stage in line.stages
    ]
    figures = [el("div", el("dt", name), el("dd", value)) for name, value in line.figures]
    month = el("a", line.month, href=line.href) if line.href else line.month
    links = [el("a", link.label, " →", href=link.href) for link in line.links]
    error = el("div", el("b", "✕ ", line.error), " ", el("span", line.hint), class_="error", role="alert")
    return el(
        "article",
        el("div", month, el("small", line.source), class_="month"),
        el("div", el("ol", *stages, class_="ls-stages"), class_="stages"),
        el("div", el("dl", *figures, class_="ls-figures"), class_="figures"),
        el("div", state_chip(line.look), class_="state"),
        el("div", line.result, *links, class_="result") if line.result or links else None,
        error if line.error else None,
        class_="ls-line",
        aria_label=f"{line.month} {line.look.word}",
    )


def _mark(progress: str) -> str:
    return {"done": "✓ ", "now": "▸ ", "failed": "✕ "}.get(progress, "")


def show_log(lines: Sequence[LogLine]) -> None:
    """Log lines, newest last, in a box of its own."""
    if not lines:
        st.html(el("div", el("div", "Nothing to show yet, or no line fits the filter."), class_="ls-log"))
        return
    drawn = [
        el(
            "div",
            el("time", line.at.strftime("%H:%M:%S"), datetime=line.at.isoformat()),
            "  ",
            el("b", line.level.lower()),
            " ",
            line.message,
            class_=_LEVEL_TONES.get(line.level),
        )
        for line in lines
    ]
    st.html(el("div", *drawn, class_="ls-log", tabindex=0, role="region", aria_label="Log of the run"))
