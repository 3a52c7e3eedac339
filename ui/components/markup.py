"""HTML built from data: every text is escaped unless it was built here, and shows what else nobody sees."""

from __future__ import annotations

from html import escape

from lakeside.shown import show_unseen

# What people read or hear of an element; the other attributes are for the browser and stay as they are.
_SPOKEN = frozenset({"title", "alt", "aria_label", "aria_description"})


class Markup(str):
    """HTML that is safe already, because `el` made it."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Any value as escaped text; Markup passes unchanged."""
    return value if isinstance(value, Markup) else Markup(escape(show_unseen(str(value))))


def el(tag: str, /, *children: object, **attributes: str | int | None) -> Markup:
    """One element. `class_` becomes `class`, `aria_label` becomes `aria-label`; None is left out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_write(name, str(value)))}"'
        for name, value in attributes.items()
        if value is not None
    )
    inner = "".join(text(child) for child in children if child is not None)
    return Markup(f"<{tag}{written}>{inner}</{tag}>")


def _write(name: str, value: str) -> str:
    return show_unseen(value) if name in _SPOKEN else value


def scroll_box(inner: Markup, class_: str = "ls-framed") -> Markup:
    """What may be wider than the page, in a box that scrolls by itself.

    Where nothing inside can have the focus the box has it, so that it scrolls by the keyboard too.
    """
    if "<a " in inner:
        return el("div", inner, class_=class_)
    return el("div", inner, class_=class_, tabindex=0, role="group", aria_label="Scrolls sideways")


def prose(words: str) -> Markup:
    """A sentence whose `commands` stand between backticks."""
    parts = words.split("`")
    return Markup("".join(el("code", part) if i % 2 else text(part) for i, part in enumerate(parts)))
