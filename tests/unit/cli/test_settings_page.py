"""docs/settings.md says what lakeside/settings/ says."""

from __future__ import annotations

import pytest
from pydantic import Field

from cli import settings_page
from lakeside.settings import PROJECT_ROOT, Settings, setting_names


def test_the_page_is_current() -> None:
    page = (PROJECT_ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page.write_page(), "run: python -m cli.settings_page > docs/settings.md"
    assert all(f"`{name}`" in page for name in setting_names())


def test_a_setting_without_a_description_fails() -> None:
    class Undocumented(Settings):
        extra: int = Field(3)

    with pytest.raises(ValueError, match="LAKESIDE_EXTRA"):
        settings_page.write_page(Undocumented)
