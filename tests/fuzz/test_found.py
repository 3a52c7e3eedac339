"""What fuzzing has found, each as a test of its own."""

from __future__ import annotations

import pytest

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.translate import translate_select

# sqlglot stumbled over these with errors of Python's own.
STATEMENTS = ["SELECT 1 FROM UNNEST([ARRAY()]) AS x"]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_statement_the_parser_stumbles_over_is_refused(sql: str) -> None:
    with pytest.raises(QueryRejected, match="cannot be read"):
        translate_select(sql, "trips", {"green": None}, 10)
