"""Services are opened in one place above the domain, so that a login in a block is used everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

from lakeside.settings import PROJECT_ROOT

# The second one asks Google with a login that is not stored yet.
ALLOWED = {"flows/opened.py", "cli/setup_gcp.py"}


def imports_the_domains_opener(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "lakeside.services"
        and "open_services" in [name.name for name in node.names]
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_nothing_opens_services_without_the_login_of_the_settings() -> None:
    files = [path for room in ("cli", "flows", "ui") for path in (PROJECT_ROOT / room).rglob("*.py")]
    found = {str(p.relative_to(PROJECT_ROOT)) for p in files if imports_the_domains_opener(p)}
    assert found <= ALLOWED
