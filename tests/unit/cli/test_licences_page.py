"""docs/licences.md says what is installed, and nothing that is not allowed gets in without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import licences_page
from lakeside.errors import SettingsError
from lakeside.settings import PROJECT_ROOT

PINS = PROJECT_ROOT / "requirements.txt"


def test_the_page_is_current() -> None:
    page = (PROJECT_ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert page == "\n".join(licences_page.write_page(PINS)) + "\n", "run: make licences"


def test_every_pin_has_its_line() -> None:
    page = (PROJECT_ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    pins = licences_page.read_pins(PINS)
    assert len(pins) > 100
    for package, version in pins.items():
        assert f"| {package} | {version} |" in page
    assert set(licences_page.REASONS) <= set(pins), "a reason for a package that is not pinned any more"


@pytest.mark.parametrize(
    "name", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "GNU Lesser General Public License", "Proprietary", ""]
)
def test_what_is_not_allowed_needs_a_reason(name: str) -> None:
    with pytest.raises(SettingsError, match="not allowed"):
        licences_page.judge_name("some-package", name)
    assert licences_page.judge_name("certifi", name) == licences_page.REASONS["certifi"]


@pytest.mark.parametrize("name", ["MIT", "Apache-2.0 OR BSD-3-Clause", "0BSD AND (MIT OR Zlib)"])
def test_what_is_allowed(name: str) -> None:
    assert licences_page.judge_name("some-package", name) == "allowed"


def test_what_is_not_installed_is_named(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("# comment\nno-such-package==1.0 \\\n    --hash=sha256:0\n")
    with pytest.raises(SettingsError, match="no-such-package is pinned and not installed"):
        licences_page.list_licences(pins)
