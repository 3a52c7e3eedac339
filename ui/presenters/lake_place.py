"""What of the lake is looked at: a place that a link can lead to."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.lake.find import Sort, Wanted
from lakeside.lake.keys import is_valid_key
from ui.presenters.places import LAKE, link_to_lake
from ui.presenters.views import Link

FOLDERS, ALL, TOTALS = "folders", "all", "totals"
VIEWS = {FOLDERS: "Folders", ALL: "All objects", TOTALS: "Totals"}
_NEWEST_FIRST = "-modified"


@dataclass(frozen=True, slots=True)
class Place:
    """What of the lake is looked at, as the URL has it.

    `sort` is the name of an order, with `-` before it for downwards; empty is the view's own.
    """

    prefix: str = ""
    view: str = FOLDERS
    words: str = ""
    sort: str = ""

    @property
    def wanted(self) -> Wanted:
        """Which objects in which order; by name in folders, else newest first, where the URL says nothing."""
        text = self.sort if self.sort.removeprefix("-") in set(Sort) else self.default_sort
        return Wanted(self.words, Sort(text.removeprefix("-")), descending=text.startswith("-"))

    @property
    def default_sort(self) -> str:
        """The order that needs no words."""
        return _NEWEST_FIRST if self.is_flat else Sort.NAME.value

    @property
    def is_flat(self) -> bool:
        """Objects at any depth: when that is the view, and whenever something is looked for."""
        return self.view == ALL or bool(self.words.strip())

    @property
    def href(self) -> str:
        """The link to this place."""
        view = "" if self.view == FOLDERS else self.view
        return link_to_lake(prefix=self.prefix, view=view, match=self.words, sort=self.sort)


def present_crumbs(key: str, root: str = "Lake") -> list[Link]:
    """`Lake / data / green / file`: the folders of a key or prefix, each with its link."""
    if not key or not is_valid_key(key.rstrip("/")):
        return [Link(root, LAKE), *([Link(key, "")] if key else [])]
    names = key.rstrip("/").split("/")
    prefixes = ["/".join(names[: i + 1]) + "/" for i in range(len(names))]
    return [
        Link(root, LAKE),
        *(Link(n, link_to_lake(prefix=p)) for n, p in zip(names, prefixes, strict=True)),
    ]
