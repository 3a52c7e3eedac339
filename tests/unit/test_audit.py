"""`make audit` never takes "could not look" for "found nothing".

pip-audit itself ends with 0 for packages PyPI did not tell it of; a script of its name gives answers here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lakeside.settings import PROJECT_ROOT

NOWHERE = "http://127.0.0.1:9"  # nothing listens at the port of "discard"
CLEAN: dict[str, Any] = {"name": "kind", "version": "1.0", "vulns": []}
KNOWN: dict[str, Any] = {
    "name": "sieve",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": "…"}],
}
SKIPPED: dict[str, Any] = {"name": "away", "skip_reason": "Dependency not found on PyPI"}


def test_without_a_network_it_says_that_nothing_was_found_out(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text(f"idna==3.20 --hash=sha256:{'0' * 64}\n")
    away = {"HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE, "ALL_PROXY": NOWHERE, "NO_PROXY": ""}
    away |= {name.lower(): value for name, value in away.items()}
    done = subprocess.run(
        [str(PROJECT_ROOT / "infra" / "audit"), str(pins)],
        env=os.environ | away | {"BIN": str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 3, done.stderr
    assert "NOTHING WAS FOUND OUT" in done.stderr
    assert "no known vulnerability" not in done.stdout


def test_every_file_of_pins_is_audited_and_hashed() -> None:
    script = (PROJECT_ROOT / "infra" / "audit").read_text()
    for name in (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-emulator.txt",
        "requirements-install.txt",
    ):
        assert name in script
        lines = (PROJECT_ROOT / name).read_text().splitlines()
        pins = [line for line in lines if "==" in line and not line.startswith((" ", "#"))]
        assert pins
        assert all(line.endswith("\\") for line in pins), f"{name}: a pin without its hashes"


def audit(folder: Path, answer: list[dict[str, Any]] | None, status: int) -> tuple[int, str]:
    """What infra/audit ends with and says when pip-audit answers so; None: it writes no answer."""
    written = folder / "answer.json"
    written.write_text(json.dumps({"dependencies": answer, "fixes": []}))
    copy = f'while [ "$1" != --output ]; do shift; done; cp {written} "$2"' if answer is not None else ":"
    program = folder / "pip-audit"
    program.write_text(f"#!/bin/sh\n{copy}\necho the reason >&2\nexit {status}\n")
    program.chmod(0o755)
    (folder / "python").symlink_to(sys.executable)
    done = subprocess.run(
        [PROJECT_ROOT / "infra" / "audit", "requirements-install.txt"],
        env={"BIN": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("answer", "status", "ends", "says"),
    [
        ([CLEAN, CLEAN], 0, 0, "none of 2 pins has a known vulnerability"),
        ([CLEAN, KNOWN], 1, 1, "sieve 2.4.1: PYSEC-2019-217, fixed by 2.10.1"),
        ([SKIPPED, SKIPPED], 0, 3, "of it NOTHING WAS FOUND OUT"),
        ([SKIPPED, CLEAN], 0, 3, "of 1 of 2 pins (away) NOTHING WAS FOUND OUT"),
        ([SKIPPED, KNOWN], 1, 3, "PYSEC-2019-217"),
        ([], 0, 3, "NOTHING WAS FOUND OUT"),
        (None, 1, 3, "the reason"),
    ],
)
def test_the_audit_says_what_was_found_out(
    answer: list[dict[str, Any]] | None, status: int, ends: int, says: str, tmp_path: Path
) -> None:
    code, words = audit(tmp_path, answer, status)
    assert code == ends, words
    assert says in words
    assert ("no known" in words or "none of" in words) is (ends == 0)
