"""Commands that change something are in the audit log, and every command is known to change or to look."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from cli.main import VERBS, build_app, name_command, run
from cli.recording import CHANGING, LOOKING
from lakeside.people.act import Act


def _list_verbs() -> set[str]:
    app = build_app(VERBS)
    groups = {g.typer_instance.info.name: g.typer_instance for g in app.registered_groups if g.typer_instance}
    inner = {f"{name} {name_command(i)}" for name, g in groups.items() for i in g.registered_commands}
    return inner | {name_command(info) for info in app.registered_commands}


def test_every_verb_changes_something_or_looks() -> None:
    assert _list_verbs() == {*CHANGING, *LOOKING}
    assert not set(CHANGING) & set(LOOKING)
    assert set(CHANGING.values()) <= set(Act)


def test_a_command_that_changes_something_is_written_down_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAKESIDE_HOME", str(tmp_path))
    assert run(["audit", "--json"]) == 0  # looking leaves no trace
    assert json.loads(capsys.readouterr().out)["entries"] == []
    assert not (tmp_path / "audit").exists()
    for _ in range(2):  # the second time a group's commands are there already
        assert run(["models", "apply", "no_such_model"]) == 1
    assert run(["ingest", "green", "2024-01", "--source", "sample"]) == 0
    capsys.readouterr()
    assert run(["audit", "--json"]) == 0
    ingest, *models = json.loads(capsys.readouterr().out)["entries"]
    assert [(m["what"], m["result"]) for m in models] == [("models.apply", "failed")] * 2
    assert "no_such_model" in models[0]["detail"]
    assert (ingest["who"], ingest["address"], ingest["result"]) == (getpass.getuser(), "command line", "done")
    assert ingest["parameters"] == {
        "command": "ingest",
        "dataset": "green",
        "months": ["2024-01"],
        "source": "sample",
    }
    assert run(["audit", "--what", "models.apply", "--limit", "1"]) == 0
    assert "there are more, the limit is 1" in capsys.readouterr().out
    assert run(["audit", "--what", "nonsense"]) == 2 and run(["audit", "--day", "soon"]) == 2
