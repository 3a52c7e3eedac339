"""The audit log: whole lines by many writers, bounded, read newest first."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lakeside.errors import AccessDenied
from lakeside.people import Act, Caller, Gate, Role
from lakeside.people.audit_log import AuditLog, list_audit_files
from lakeside.people.audit_reading import AuditFilter, read_audit
from lakeside.services import open_services
from lakeside.settings import Settings

ADA = Caller("ada", Role.ADMIN, "10.0.0.1")
_WRITER = """
import sys
from pathlib import Path
from lakeside.people import Act, Caller, Role
from lakeside.people.audit_log import AuditLog
from lakeside.settings import Settings
log = AuditLog(Settings(home=Path(sys.argv[1]), audit={"megabytes": 0.01, "files": 1000}))
for number in range(100):
    entry = log.begin(Caller(sys.argv[2], Role.ADMIN, ""), Act.CANCEL_RUN, {"number": number, "x": "x" * 200})
    log.end(entry, "done")
"""


def test_writers_of_three_processes_lose_and_mix_nothing(tmp_path: Path) -> None:
    names = ["one", "two", "three"]
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name]) for name in names]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    files = list_audit_files(tmp_path / "audit")
    lines = [json.loads(line) for path in files for line in path.read_text().splitlines()]
    assert len(lines) == 600 and len(files) > 10
    page = read_audit(open_services(Settings(home=tmp_path)), AuditFilter(who="two"), 1000)
    assert [e.parameters["number"] for e in page.entries] == list(reversed(range(100)))
    assert {e.result for e in page.entries} == {"done"} and not page.truncated and not page.unreadable


def test_what_is_old_goes_and_what_is_kept_is_for_its_owner(tmp_path: Path) -> None:
    log = AuditLog(Settings(home=tmp_path, audit={"megabytes": 0.0001, "files": 2}))
    for number in range(8):
        log.refuse(ADA, Act.CANCEL_RUN, {"number": number}, "no")
    files = list_audit_files(log.folder)
    assert len(files) <= 3
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert log.folder.stat().st_mode & 0o777 == 0o700
    newest = read_audit(open_services(Settings(home=tmp_path)), AuditFilter()).entries[0]
    assert newest.parameters == {"number": 7}


def test_a_line_cut_short_harms_no_other(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    log = AuditLog(settings)
    log.refuse(ADA, Act.CANCEL_RUN, {}, "no")
    path = log.folder / "audit.jsonl"
    with path.open("a") as file:
        file.write('{"id": "the machine lost its pow')
    begun = log.begin(ADA, Act.RESTORE_VERSION, {"key": "a\nb"})
    page = read_audit(open_services(settings), AuditFilter())
    assert [(e.what, e.result) for e in page.entries] == [
        ("lake.restore", "begun"),
        ("runs.cancel", "refused"),
    ]
    assert page.unreadable == 1 and page.entries[0].id == begun
    assert page.entries[0].parameters == {"key": "a\nb"}


def test_entries_are_found_by_who_what_result_and_day(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    log, services = AuditLog(settings), open_services(settings)
    log.end(log.begin(ADA, Act.CANCEL_RUN, {}), "failed", "no such run")
    log.end(log.begin(Caller("bob", Role.ADMIN, ""), Act.PRUNE_LAKE, {}), "done")
    today = datetime.now(UTC).date()
    assert [e.who for e in read_audit(services, AuditFilter(who="AD")).entries] == ["ada"]
    assert [e.who for e in read_audit(services, AuditFilter(what="lake.prune")).entries] == ["bob"]
    assert [e.detail for e in read_audit(services, AuditFilter(result="failed")).entries] == ["no such run"]
    assert len(read_audit(services, AuditFilter(day=today)).entries) == 2
    assert read_audit(services, AuditFilter(day=date(2020, 1, 1))).entries == []
    page = read_audit(services, AuditFilter(), limit=1)
    assert page.truncated and page.limit == 1 and len(page.entries) == 1


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.OPERATOR])
def test_only_admins_read_it(role: Role | None, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    services = open_services(settings).as_caller(Gate(Caller("x", role, ""), settings))
    with pytest.raises(AccessDenied):
        read_audit(services, AuditFilter())


def test_lines_go_to_stderr_too_where_a_platform_collects_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    AuditLog(Settings(home=tmp_path, audit={"to_stderr": True})).refuse(ADA, Act.CANCEL_RUN, {}, "no")
    assert json.loads(capsys.readouterr().err)["what"] == "runs.cancel"
