"""Every target, by name."""

from __future__ import annotations

from tests.fuzz.paths_target import PATHS
from tests.fuzz.sql_target import ENGINE, SQL
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {target.name: target for target in (SQL, ENGINE, PATHS)}
