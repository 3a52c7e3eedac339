"""What the environment says becomes settings, by the names docs/settings.md lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.errors import SettingsError
from lakeside.settings import Settings, load_settings


def test_variables_of_every_form_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKESIDE_HOME", "/srv/home")
    monkeypatch.setenv("LAKESIDE_WAREHOUSE__KIND", "bigquery")
    monkeypatch.setenv("lakeside_limits__query_rows", "7")  # their case does not matter
    monkeypatch.setenv("LAKESIDE_INGEST__COLUMN_POLICY", '{"green": "freeze"}')
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")
    settings = load_settings()
    assert settings.home == Path("/srv/home")
    assert (settings.warehouse.kind, settings.limits.query_rows) == ("bigquery", 7)
    assert settings.ingest.column_policy == {"green": "freeze"}
    assert settings.storage_emulator_host == "http://127.0.0.1:1"
    assert settings.sources == Settings().sources, "what is not set keeps its default"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LAKESIDE_CONSOLE__PORT", "0", "greater than or equal to 1"),
        ("LAKESIDE_WAREHOUSE__KIND", "sqlite", "'duckdb' or 'bigquery'"),
        ("LAKESIDE_LIMITS__QUERY_SECONDS", "soon", "valid number"),
        ("LAKESIDE_INGEST__COLUMN_POLICY", "freeze", "is not JSON"),
        ("LAKESIDE_INGEST__COLUMN_POLICY", "[]", "valid dictionary"),
    ],
)
def test_a_value_that_cannot_be_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings()
    assert caught.value.message.startswith(name)


def test_settings_made_by_hand_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKESIDE_CONSOLE__PORT", "9")
    assert Settings().console.port == 8501
