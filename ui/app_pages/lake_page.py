"""Lake: what is in it? The listing, or one object by `?object=`."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.lake import find_lake_url, load_described, load_listing
from ui.access.versions import is_removed
from ui.components.boundary import error_boundary
from ui.components.lake_listing import find_prefix, show_listing
from ui.components.listing_age import show_listing_age
from ui.components.object_tabs.versions_tab import show_removed
from ui.components.object_view import show_object
from ui.components.pieces import show_crumbs, show_empty, show_facts, show_heading, show_no_month_yet
from ui.presenters.lake_place import present_crumbs
from ui.presenters.listing_presenter import present_lake_facts
from ui.presenters.places import LAKE
from ui.presenters.unreadable_presenter import present_any_object
from ui.presenters.views import Link
from ui.state import find_param
from ui.text import EMPTY_LAKE, EMPTY_LAKE_DETAIL, EMPTY_PREFIX, EMPTY_PREFIX_DETAIL, LAKE_QUESTION

key = find_param("object")
if key is None:
    show_heading("Lake", LAKE_QUESTION)
    with error_boundary():
        prefix = find_prefix()
        listing = load_listing(prefix)
        if listing.objects:
            show_facts(present_lake_facts(listing, find_lake_url()))
            show_listing(listing, prefix)
        elif prefix:
            show_crumbs(present_crumbs(prefix))
            show_empty(EMPTY_PREFIX, EMPTY_PREFIX_DETAIL, Link("The whole lake", LAKE))
        else:
            show_no_month_yet(EMPTY_LAKE, EMPTY_LAKE_DETAIL)
        show_listing_age("Listed", listing.listed_at)
else:
    show_crumbs(present_crumbs(key))
    with error_boundary():
        if is_removed(key):
            show_heading(key.rpartition("/")[2], key, is_key=True)
            show_removed(key)
        else:
            facts = load_described(key)
            view = present_any_object(facts, find_lake_url(key), datetime.now(UTC))
            show_heading(view.title, key, is_key=True)
            show_object(facts.object, view)
