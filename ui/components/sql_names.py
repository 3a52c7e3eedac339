"""Names a query can use: a list to click, and suggestions while typing.

A click puts the name where the cursor stands in the editor; while a name is typed, those that begin so
are offered under it (Tab takes the first, Escape closes). Without scripts the list still shows them.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.lake.where.write import write_name
from lakeside.queries.tables import QueryTable
from ui.components.markup import Markup, el

EDITOR = "sql-editor"

NAME_SCRIPT = """<script>
if (!window.lakesideNames) {
  window.lakesideNames = true;
  const findArea = () => document.querySelector('[class*="st-key-sql-editor"] textarea');
  const put = (area, text, drop) => {
    area.focus();
    const end = area.selectionEnd;
    area.setSelectionRange(Math.max(0, area.selectionStart - drop), end);
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, area.selectionStart, end, "end");
      area.dispatchEvent(new Event("input", {bubbles: true}));
    }
  };
  const strip = document.createElement("div");
  strip.className = "ls-suggest";
  strip.setAttribute("role", "listbox");
  strip.setAttribute("aria-label", "Names that begin so");
  document.body.appendChild(strip);
  const hide = () => { strip.hidden = true; strip.textContent = ""; };
  hide();
  const typedWord = (area) => {
    const found = area.value.slice(0, area.selectionStart).match(/[A-Za-z_]\\w*$/);
    return found ? found[0] : "";
  };
  const suggest = (area) => {
    const word = typedWord(area).toLowerCase();
    const names = new Set();
    document.querySelectorAll("[data-insert]").forEach((b) => names.add(b.dataset.insert));
    const begins = (name) => name.toLowerCase().startsWith(word) && name.toLowerCase() !== word;
    const fit = word ? [...names].filter(begins) : [];
    if (!fit.length) return hide();
    strip.textContent = "";
    fit.slice(0, 8).forEach((name, place) => {
      const option = document.createElement("span");
      option.setAttribute("role", "option");
      option.dataset.take = name;
      option.textContent = place ? name : name + " ⇥";
      strip.appendChild(option);
    });
    const box = area.getBoundingClientRect();
    strip.style.left = box.left + window.scrollX + "px";
    strip.style.top = box.bottom + window.scrollY + 4 + "px";
    strip.hidden = false;
  };
  document.addEventListener("input", (event) => { if (event.target === findArea()) suggest(event.target); });
  document.addEventListener("focusout", (event) => { if (event.target === findArea()) hide(); });
  document.addEventListener("keydown", (event) => {
    if (event.target !== findArea() || strip.hidden) return;
    if (event.key === "Escape") { hide(); event.stopPropagation(); }
    if (event.key !== "Tab" || event.shiftKey) return;
    event.preventDefault();
    put(event.target, strip.firstChild.dataset.take, typedWord(event.target).length);
    hide();
  }, true);
  document.addEventListener("mousedown", (event) => {
    const name = event.target.closest("[data-insert], [data-take]");
    const area = findArea();
    if (!name || !area) return;
    event.preventDefault();
    if (name.dataset.take) { put(area, name.dataset.take, typedWord(area).length); return hide(); }
    const before = area.value.slice(0, area.selectionStart);
    put(area, (/[\\w)`]$/.test(before) ? " " : "") + name.dataset.insert, 0);
  });
}
</script><span class="ls-hidden"></span>"""


def show_names(tables: Sequence[QueryTable]) -> None:
    """Every table with its columns, folded but for the first."""
    drawn = [_table(table, number == 0) for number, table in enumerate(tables)]
    if drawn:
        st.html(el("div", *drawn, class_="ls-names", role="group", aria_label="Tables and columns"))
    st.html(NAME_SCRIPT, unsafe_allow_javascript=True)


def _table(table: QueryTable, is_open: bool) -> Markup:
    columns = [
        el(
            "li",
            el("button", name, type="button", data_insert=_quote(name), title=meaning or None),
            el("small", kind),
        )
        for name, kind, meaning in table.columns
    ]
    head = el("summary", table.name, el("small", f"{len(columns)} columns"), title=table.title or None)
    use = el("button", f"Insert {table.name}", type="button", data_insert=_quote(table.name), class_="whole")
    return el("details", head, use, el("ul", *columns), open="" if is_open else None)


def _quote(name: str) -> str:
    return write_name(name)
