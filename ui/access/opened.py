"""Settings, services and the run console, opened once per process; they open no connection by themselves."""

from __future__ import annotations

import atexit
import gc
import sys

import streamlit as st

from flows.console import RunConsole
from flows.opened import open_services
from lakeside.people import Gate
from lakeside.services import Services
from lakeside.settings import Settings, load_settings
from ui.access.visitor import find_gate


@st.cache_resource(show_spinner=False)
def open_settings() -> Settings:
    """The environment, read once."""
    return load_settings()


def open_console_services() -> Services:
    """Lake, sources and warehouse as the visitor: what they may not do is refused."""
    return _open_services().as_caller(find_gate(open_settings()))


@st.cache_resource(show_spinner=False)
def _open_services() -> Services:
    """Opened once, for nobody: it changes nothing. Strangers' objects are read in processes that may die."""
    settings = open_settings()
    return open_services(settings, apart=True).as_caller(Gate.closed(settings))


def open_run_console() -> RunConsole:
    """The way to Prefect as the visitor."""
    return _open_run_console().as_caller(find_gate(open_settings()))


@st.cache_resource(ttl=30, max_entries=1, show_spinner=False)
def _open_run_console() -> RunConsole:
    """Opened again now and then, because the stack may have moved."""
    settings = open_settings()
    return RunConsole.open(settings).as_caller(Gate.closed(settings))


def freeze_imports() -> None:
    """Take what was imported out of the collector's sight; else each run ends with 0.1 s of collecting.

    To be called at the end of a run: pages and tabs import as they are opened for the first time.
    """
    _freeze(len(sys.modules))


@st.cache_resource(show_spinner=False, max_entries=100)
def _freeze(modules: int) -> int:
    """Once for each number of modules, which soon stays; how many objects are out of sight now."""
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()


atexit.register(gc.unfreeze)
