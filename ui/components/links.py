"""Links inside the console change the page without loading it anew.

Streamlit draws the links of `st.html` as plain anchors; a browser would start a new session for each.
This hands a plain click to Streamlit's own history handling. Without it (a strict content-security
policy) the links still work, only slower; with Ctrl or a middle click they open a tab as always.
A link with `data-months` adds these months to those of the URL, or takes them away when it has them all:
counted from the URL as it is at the click, so that quick clicks all count. With Shift it adds all months
from the one that was clicked before. A matrix is one stop for Tab: arrows move in it, Space chooses a month,
and what has the focus keeps it when the matrix is drawn anew.
"""

from __future__ import annotations

import streamlit as st

LINK_SCRIPT = """<script>
if (!window.lakesideLinks) {
  window.lakesideLinks = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".stHtml a[href]");
    if (!link || event.defaultPrevented || event.button) return;
    const range = event.shiftKey && link.matches("[role=checkbox]") && window.lakesideLast;
    if (event.ctrlKey || event.metaKey || (event.shiftKey && !range)) return;
    const url = new URL(link.href, document.baseURI);
    if (link.dataset.months) {
      const current = new URL(location.href).searchParams.get("months") || "";
      const have = new Set(current.split(",").filter(Boolean));
      let wanted = link.dataset.months.split(",");
      if (range) {
        const [low, high] = [window.lakesideLast, wanted[0]].sort();
        const cells = link.closest("table").querySelectorAll("[role=checkbox]");
        wanted = [...cells].map((cell) => cell.dataset.months).filter((m) => m >= low && m <= high);
      }
      const drop = !range && wanted.every((month) => have.has(month));
      window.lakesideLast = link.matches("[role=checkbox]") ? link.dataset.months : null;
      wanted.forEach((month) => drop ? have.delete(month) : have.add(month));
      url.search = location.search;
      if (have.size) url.searchParams.set("months", [...have].sort().join(","));
      else url.searchParams.delete("months");
      if (link.hasAttribute("aria-checked")) link.setAttribute("aria-checked", String(!drop));
    }
    if (url.origin !== location.origin) return;
    event.preventDefault();
    history.pushState({}, "", url);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (!link.dataset.months) window.scrollTo(0, 0);
  });
  // A table of many links is one stop for Tab; arrows move within it.
  const TABLES = "table:is(.ls-matrix, .ls-checks, .ls-drift)";
  const stop = (table, link) => {
    table.querySelectorAll("a").forEach((other) => { other.tabIndex = other === link ? 0 : -1; });
    table.dataset.roving = "";
  };
  const drawn = () => document.querySelectorAll(`${TABLES}:not([data-roving])`).forEach((table) => stop(
    table, table.querySelector("a[aria-checked=true], a[aria-current]")
      || table.querySelector("a[role=checkbox], td a") || table.querySelector("a")));
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest(`${TABLES} a`);
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && link.dataset.months) {
      event.preventDefault();
      const options = { bubbles: true, cancelable: true, shiftKey: event.shiftKey };
      link.dispatchEvent(new MouseEvent("click", options));
    }
    if (!(event.key in steps)) return;
    event.preventDefault();
    const [down, across] = steps[event.key];
    const rows = [...link.closest("table").rows];
    let [y, x] = [rows.indexOf(link.closest("tr")), link.closest("td, th").cellIndex];
    do {
      [y, x] = [y + down, x + across];
      const next = rows[y]?.cells[x]?.querySelector("a");
      if (next) return next.focus();
    } while (rows[y] && (down || (x >= 0 && x < rows[y].cells.length)));
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest(`${TABLES} a`);
    if (link) stop(link.closest("table"), link);
    window.lakesideFocus = link?.dataset.months || null;
  });
  drawn();
  new MutationObserver(() => {
    drawn();
    if (!window.lakesideFocus || document.activeElement !== document.body) return;
    document.querySelector(`.ls-matrix [data-months="${window.lakesideFocus}"]`)?.focus();
  }).observe(document.body, { childList: true, subtree: true });
}
</script><span class="ls-hidden"></span>"""


def show_link_script() -> None:
    """Once a page, anywhere; draws nothing."""
    st.html(LINK_SCRIPT, unsafe_allow_javascript=True)
