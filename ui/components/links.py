"""Links inside the console change the page without loading it anew.

Streamlit draws the links of `st.html` as plain anchors; a browser would start a new session for each.
This hands a plain click to Streamlit's own history handling. Without it (a strict content-security
policy) the links still work, only slower; with Ctrl or a middle click they open a tab as always.
A link with `data-months` adds these months to those of the URL, or takes them away when it has them all:
counted from the URL as it is at the click, so that quick clicks all count.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """<script>
if (!window.lakesideLinks) {
  window.lakesideLinks = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".stHtml a[href]");
    if (!link || event.defaultPrevented || event.button) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href, document.baseURI);
    if (link.dataset.months) {
      const current = new URL(location.href).searchParams.get("months") || "";
      const have = new Set(current.split(",").filter(Boolean));
      const wanted = link.dataset.months.split(",");
      const drop = wanted.every((month) => have.has(month));
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
}
</script><span class="ls-hidden"></span>"""


def show_link_script() -> None:
    """Once a page, anywhere; draws nothing."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
