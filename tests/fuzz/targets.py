"""Every target, by name."""

from __future__ import annotations

from tests.fuzz.condition_target import CONDITIONS
from tests.fuzz.csv_target import CSV
from tests.fuzz.message_target import MESSAGES
from tests.fuzz.pages_target import PAGES_TARGET
from tests.fuzz.parquet_target import PARQUET
from tests.fuzz.paths_target import PATHS
from tests.fuzz.provenance_target import PROVENANCE
from tests.fuzz.sql_target import ENGINE, GUARD, SQL
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (SQL, GUARD, ENGINE, PATHS, CSV, PARQUET, PROVENANCE, CONDITIONS, MESSAGES, PAGES_TARGET)
}
