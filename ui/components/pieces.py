"""Small pieces of a page: heading, facts, states, notices, tables, sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import streamlit as st

from ui.components.markup import Markup, el, prose, scroll_box
from ui.presenters.looks import Look
from ui.presenters.places import HOME, INGEST
from ui.presenters.views import Answer, Column, Fact, Link, Notice, Table, TableCell
from ui.text import TRY_OUT

_STYLE = Path(__file__).with_name("console.css")
SHOWN_NOTICES = 4
LONG_FIGURE = 15  # characters; longer ones are drawn smaller


def show_style() -> None:
    """The style sheet, once a page."""
    st.html(_STYLE)


def show_back(link: Link) -> None:
    """The way back to the list; drawn before anything can fail."""
    st.html(el("p", el("a", f"← {link.label}", href=link.href), class_="ls-crumb"))


def show_crumbs(crumbs: Sequence[Link], name: str = "Where this is") -> None:
    """The way down to what is shown: `Lake / data / green`; the last one is where we are."""
    links = [el("li", el("a", c.label, href=c.href)) for c in crumbs[:-1]]
    here = [el("li", el("span", c.label, aria_current="page")) for c in crumbs[-1:]]
    st.html(el("nav", el("ol", *links, *here), class_="ls-crumbs", aria_label=name))


def show_heading(title: str, question: str, is_key: bool = False) -> None:
    """The page's name and the one question it answers, or the key of what it shows."""
    st.html(el("div", el("h1", title), el("p", question, class_="key" if is_key else None), class_="ls-head"))


def show_part(title: str) -> None:
    """The name of a part of the page, one level below the page's own."""
    st.html(el("h2", title, class_="ls-part"))


def show_facts(facts: Iterable[Fact]) -> None:
    """One strip of figures."""
    boxes = [
        el(
            "div",
            el("dt", f.label),
            el("dd", f.value, class_="value" if len(f.value) < LONG_FIGURE else "value long"),
            el("dd", f.note, class_="note") if f.note else None,
            class_="ls-fact" + (f" tone-{f.tone}" if f.tone else ""),
        )
        for f in facts
    ]
    st.html(el("dl", *boxes, class_="ls-facts"))


def state_chip(look: Look) -> Markup:
    """Symbol and word on a tinted ground."""
    return el(
        "span",
        el("i", look.symbol, class_="ls-symbol", aria_hidden="true"),
        look.word,
        class_=f"ls-state tone-{look.tone}",
        title=look.meaning or None,
    )


def show_state(look: Look, words: str) -> None:
    """A state and the sentence that belongs to it."""
    st.html(el("p", state_chip(look), " ", words, style="margin:0"))


def show_answer(answer: Answer) -> None:
    """A question with its answer, and why."""
    head = el(
        "p", el("b", answer.question), " ", state_chip(answer.look), " ", answer.words, style="margin:0"
    )
    reasons = [el("li", reason) for reason in answer.reasons]
    st.html(el("div", head, el("ul", *reasons, class_="ls-reasons") if reasons else None))


def show_legend(legend: Iterable[tuple[Look, int]]) -> None:
    """The looks that occur, how often, and what they mean."""
    items = [
        el("li", state_chip(look), f"{count} · {look.meaning}" if look.meaning else str(count))
        for look, count in legend
    ]
    st.html(el("ul", *items, class_="ls-legend"))


def show_notices(notices: Sequence[Notice], calm: str) -> None:
    """What needs attention, worst first; one calm line when nothing does."""
    if not notices:
        show_calm(calm)
        return
    first, rest = notices[:SHOWN_NOTICES], notices[SHOWN_NOTICES:]
    st.html(el("ul", *map(_notice, first), class_="ls-notices"))
    if rest:
        with st.expander(f"{len(rest)} more"):
            st.html(el("ul", *map(_notice, rest), class_="ls-notices"))


def show_calm(words: str) -> None:
    """One line that says that all is well."""
    st.html(el("p", "✓ ", words, class_="ls-calm"))


def show_items(items: Iterable[str]) -> None:
    """Sentences, one below the other."""
    st.html(el("ul", *[el("li", item) for item in items], class_="ls-items"))


def _notice(notice: Notice) -> Markup:
    what = el(
        "div",
        el("span", notice.title, class_="title"),
        el("span", notice.detail, class_="detail") if notice.detail else None,
        class_="what",
    )
    link = el("a", notice.link.label, href=notice.link.href) if notice.link else None
    symbol = el("i", notice.look.symbol, class_="ls-symbol", aria_hidden="true")
    return el("li", symbol, what, link, class_=f"ls-notice tone-{notice.look.tone}")


def show_table(table: Table) -> None:
    """A small table in full, numbers on the right; it scrolls sideways, the page does not."""
    numeric = [column.numeric for column in table.columns]
    head = [_head(column) for column in table.columns]
    rows = [el("tr", *_cells(row, numeric)) for row in table.rows]
    foot = el("tfoot", el("tr", *_cells(table.footer, numeric))) if table.footer else None
    body = el(
        "table",
        el("thead", el("tr", *head)),
        el("tbody", *rows),
        foot,
        class_="ls-table",
        aria_label=table.name,
    )
    st.html(scroll_box(body))


_ARROWS = {"ascending": " ▲", "descending": " ▼"}


def _head(column: Column) -> Markup:
    words = column.title + _ARROWS.get(column.order or "", "")
    return el(
        "th" if column.title else "td",
        el("a", words, href=column.href, title=f"Order by {column.title.lower()}") if column.href else words,
        scope="col" if column.title else None,
        class_="num" if column.numeric else None,
        aria_sort=column.order,
    )


def _cells(cells: Sequence[TableCell], numeric: Sequence[bool]) -> list[Markup]:
    return [
        el("td", _content(cell), class_="num" if right else None, title=cell.title)
        for cell, right in zip(cells, numeric, strict=True)
    ]


def _content(cell: TableCell) -> Markup | str:
    inner = state_chip(cell.look) if cell.look else cell.text
    return el("a", inner, href=cell.href) if cell.href else inner


def show_sentences(sentences: Iterable[str]) -> None:
    """Prose built by a presenter."""
    st.html(el("div", *[el("p", s) for s in sentences], class_="ls-story"))


def show_muted(words: str) -> None:
    """A quiet line: ages, costs, limits."""
    st.html(el("p", words, class_="ls-muted", style="margin:0"))


def show_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values."""
    rows = [[TableCell(name), TableCell(value)] for name, value in pairs]
    show_table(Table("Names and values", (Column("Name"), Column("Value")), rows))


def show_failed_message(message: str) -> None:
    """Why something as a whole failed, in its own words; nothing when there is none."""
    if message:
        st.html(el("section", el("p", message), class_="ls-failed", role="alert"))


def show_notice(notice: Notice | None) -> None:
    """One notice by itself; nothing when there is none."""
    if notice is not None:
        st.html(el("ul", _notice(notice), class_="ls-notices"))


def show_empty(title: str, words: str, *links: Link) -> None:
    """Nothing here yet: what would be, and the ways to it."""
    ways = el("p", *[el("a", link.label, " →", href=link.href) for link in links], class_="ls-links")
    body = [el("h2", title), el("p", prose(words)), ways if links else None]
    st.html(el("div", *body, class_="ls-empty"))


def show_no_month_yet(title: str, words: str) -> None:
    """Nothing here, because no month has come yet: the two ways to a first one."""
    show_empty(title, words, Link("Ingest a month", INGEST), Link(TRY_OUT, HOME))


def show_links(links: Iterable[Link]) -> None:
    """Where to go from here; nothing when there is nowhere."""
    drawn = [el("a", link.label, " →", href=link.href) for link in links]
    if drawn:
        st.html(el("p", *drawn, class_="ls-links"))


def show_verdict(words: str, agrees: bool) -> None:
    """Do two sides agree: one line that can be read from afar."""
    if words:
        st.html(
            el("p", "✓ " if agrees else "✕ ", words, class_=f"ls-verdict tone-{'good' if agrees else 'bad'}")
        )
