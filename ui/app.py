"""The console's router: page configuration, navigation and frame. `streamlit run ui/app.py` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.access.health import load_backends, load_health
from ui.access.opened import freeze_imports, open_settings
from ui.app_pages.pages import PAGES, PageEntry
from ui.components.boundary import error_boundary
from ui.components.links import show_link_script
from ui.components.pieces import show_style
from ui.components.status_panel import show_status
from ui.components.visitor import show_login, show_visitor
from ui.presenters.status_presenter import present_status
from ui.rights import find_refusal, find_right_place, find_visitor, has_login
from ui.state import name_window, require_short_link, show_toasts
from ui.text import PRODUCT

ASSETS = Path(__file__).parent / "assets"


def make_page(entry: PageEntry) -> StreamlitPage:
    """A page of the sidebar; hidden from whoever it would refuse."""
    return st.Page(
        entry.path,
        title=entry.title,
        url_path=entry.url_path,
        icon=entry.icon,
        default=not entry.url_path,
        visibility="hidden" if find_refusal(entry.act) else "visible",
    )


# The icon must be a local file and come before st.navigation: a page's own icon would be fetched as a font.
st.set_page_config(page_title=PRODUCT, page_icon=str(ASSETS / "icon.png"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.png"))
show_style()
visitor = find_visitor()
if visitor.role is None:
    show_login(visitor, find_right_place())
    st.stop()
page = st.navigation([make_page(entry) for entry in PAGES])
st.set_page_config(page_title=name_window(page.title))
show_toasts()
with error_boundary():
    require_short_link(open_settings().console.link_characters)
    page.run()
with st.sidebar, error_boundary():
    show_visitor(visitor, has_login=has_login())
    show_status(present_status(load_health(), load_backends(), visitor.because or None))
    show_link_script()
freeze_imports()
