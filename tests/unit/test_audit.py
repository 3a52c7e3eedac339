"""`make audit` never takes "could not look" for "found nothing"."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lakeside.settings import PROJECT_ROOT

NOWHERE = "http://127.0.0.1:9"  # nothing listens at the port of "discard"


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
