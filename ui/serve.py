"""The console as a web application: Streamlit's, behind the guard. `streamlit run ui/serve.py` starts it.

`lakeside start console`, `lakeside up` and the image all start this file: the guard stands in one place.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from lakeside.people.login import list_console_hosts, make_login
from lakeside.settings import load_settings
from ui.access.visitor import is_loopback
from ui.components.links import LINK_SCRIPT
from ui.components.sql_names import NAME_SCRIPT
from ui.serving.guard import Guard, Names
from ui.serving.policy import make_headers, read_streamlit_page

_settings = load_settings()
_console = _settings.console
_local = is_loopback(str(st.get_option("server.address") or "")) or _console.published_on_loopback
_listed = [*_console.allowed_hosts, *list_console_hosts(_settings)]
_names = Names(frozenset(name.lower().rstrip(".") for name in _listed), not _local)
_login = make_login(_settings)  # handed over in memory: a client's secret is written to no file
_headers = make_headers([read_streamlit_page(), LINK_SCRIPT, NAME_SCRIPT])

app = App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(Guard, names=_names, headers=_headers, bounds=_console)],
    secrets={"auth": _login} if _login else None,
)
