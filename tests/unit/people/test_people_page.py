"""docs/people.md says what is enforced, and names settings that exist."""

from __future__ import annotations

import re

from cli.people_table import write_table
from lakeside.settings import PROJECT_ROOT, setting_names

PAGE = (PROJECT_ROOT / "docs" / "people.md").read_text()


def test_the_table_of_the_page_is_the_one_that_is_enforced() -> None:
    assert write_table() in PAGE, "run `python -m cli.people_table` and put its output into docs/people.md"


def test_every_setting_of_the_page_exists_and_every_setting_is_on_it() -> None:
    named = set(re.findall(r"LAKESIDE_[A-Z_]+[A-Z]", PAGE))
    assert named <= set(setting_names())
    assert {n for n in setting_names() if n.startswith(("LAKESIDE_PEOPLE__", "LAKESIDE_AUDIT__"))} <= named
