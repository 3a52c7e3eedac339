"""What axe-core finds wrong in a page, in light and dark; what cannot be mended here is named here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import expect

from tests.e2e.visitor import Visitor

# The script of the pinned package; the debugger puts it into the page, so that nothing is fetched.
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
# In the other theme the same elements have other colours, and nothing else is different.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
SIDEBAR = ["[data-testid=stSidebar]"]
# Charts and grids are named by Streamlit's `alt`, tables by their label.
NAMELESS = """() => [...document.querySelectorAll(
  "table:not([aria-label]), [data-testid=stVegaLiteChart], [data-testid=stDataFrame]"
)].filter((drawn) => {
  if (drawn.tagName === "TABLE") return !drawn.closest("[data-testid=stDataFrame]");
  return !drawn.closest("[aria-label]") && !drawn.querySelector("[aria-label], [aria-labelledby]");
}).map((drawn) => drawn.outerHTML.slice(0, 200))"""


# Two frames, so that styles are those of the theme, and what moves has come to rest.
SETTLED = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}"""


@dataclass(frozen=True, slots=True)
class Known:
    """A violation only Streamlit can mend: the rule, the end of the element's selector, and why it stays."""

    rule: str
    selector: str
    reason: str


# Strict: an entry that is met no more fails the test.
KNOWN: tuple[Known, ...] = ()


@dataclass(slots=True)
class Findings:
    """What was found in all places of a visit."""

    grave: list[str] = field(default_factory=list)
    met: set[Known] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)

    def look(self, visitor: Visitor, place: str) -> None:
        """Judge what is shown now: in light by every rule, in dark by those of colour."""
        page = visitor.page
        self.titles[place] = page.title()
        self.grave += [f"{place}: no name: {html}" for html in page.evaluate(NAMELESS)]
        if visitor.is_wider_than_window():
            self.grave.append(f"{place}: scrolls sideways")
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        self._judge(visitor, f"{place}, light", {})
        _set_theme(visitor, "dark")
        self._judge(visitor, f"{place}, dark", {"runOnly": COLOUR_RULES})
        _set_theme(visitor, "light")

    def check(self) -> None:
        """Fail with all that was found, and with what is known but was not met."""
        assert not self.grave, "\n".join(self.grave)
        assert set(KNOWN) - self.met == set(), "no page shows this any more: take it out of KNOWN"

    def _judge(self, visitor: Visitor, where: str, options: dict[str, Any]) -> None:
        options = {"resultTypes": ["violations"], **options}
        # The sidebar is the same everywhere: judged where the visit begins.
        context = {"include": [["body"]], "exclude": [SIDEBAR] if len(self.titles) > 1 else []}
        result = visitor.page.evaluate(
            "([context, options]) => axe.run(context, options)", [context, options]
        )
        for found in result["violations"]:
            for node in found["nodes"] if found["impact"] in GRAVE else ():
                selector = " ".join(map(str, node["target"]))
                known = [k for k in KNOWN if k.rule == found["id"] and selector.endswith(k.selector)]
                self.met.update(known)
                if not known:
                    why = node["failureSummary"].partition("\n")[2].strip()
                    self.grave.append(f"{where}: {found['id']}: {selector}: {node['html'][:160]}: {why}")


def _set_theme(visitor: Visitor, scheme: str) -> None:
    visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two literals
    expect(visitor.page.locator(".stApp")).to_have_css("color-scheme", scheme)
    visitor.page.evaluate(SETTLED)
