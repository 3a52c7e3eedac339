"""The Terraform files are read by a parser; with the program at hand, held to its format too."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import hcl2

from lakeside.settings import PROJECT_ROOT, setting_names
from lakeside.warehouse.check_results import CHECKS_DATASET

FOLDER = PROJECT_ROOT / "infra" / "google"


def read_blocks() -> dict[str, list[dict[str, Any]]]:
    """Every block of the folder by its kind; the parser keeps the quotes of names."""
    blocks: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("*.tf")):
        with path.open() as file:
            for kind, found in hcl2.load(file).items():
                blocks.setdefault(kind, []).extend(found)
    return blocks


def names_of(blocks: list[dict[str, Any]]) -> set[str]:
    return {name.strip('"') for block in blocks for name in block}


def test_every_variable_that_is_used_is_declared_and_every_one_declared_is_used() -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*.tf"))
    assert set(re.findall(r"\bvar\.(\w+)", text)) == names_of(read_blocks()["variable"])


def test_what_is_referred_to_is_there() -> None:
    blocks = read_blocks()
    there = {
        (kind.strip('"'), name.strip('"'))
        for b in blocks["resource"]
        for kind, found in b.items()
        for name in found
    }
    text = "".join(path.read_text() for path in FOLDER.glob("*.tf"))
    used = set(re.findall(r"\b(google_\w+)\.(\w+)\.\w+", text))
    assert used <= there
    assert f'dataset_id = "{CHECKS_DATASET}"' in text
    assert '"roles/owner"' not in text and '"roles/editor"' not in text


def test_the_settings_it_puts_out_exist() -> None:
    text = (FOLDER / "outputs.tf").read_text()
    assert set(re.findall(r"LAKESIDE_\w+", text)) <= set(setting_names())


def test_it_is_formatted_as_terraform_formats() -> None:
    program = shutil.which("terraform")
    for path in FOLDER.glob("*.tf"):
        assert "\t" not in path.read_text()
    if program:
        done = subprocess.run(
            [program, "fmt", "-check", "-diff", str(FOLDER)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
