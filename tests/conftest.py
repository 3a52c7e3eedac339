"""Fixtures every suite shares. Backends are chosen by settings, never patched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from lakeside.settings import Settings

# Property tests try the same examples every time, so that a change fails by its own fault;
# HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.register_profile("explore", derandomize=False)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# gcsfs reads it when it is imported, by whatever test comes first; else each operation on an emulator waits a
# minute for an answer over gRPC. Lakeside sets it itself before its own import.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """The embedded default in a folder of its own, with pauses short enough for tests."""
    return Settings(home=home)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real TLC files with known answers; the tests that need them are skipped without."""
    folder = os.environ.get("LAKESIDE_SHARED_DATA")
    if not folder:
        pytest.skip("LAKESIDE_SHARED_DATA does not point to the real files")
    return Path(folder)
