"""SQL as nobody writes it: grown from a grammar, and known attacks taken apart and put together again."""

from __future__ import annotations

import re

import duckdb
from hypothesis import strategies as st

from lakeside.warehouse.sql.functions import ALLOWED_CALLS, ALLOWED_NAMES
from tests.contract.attacks import ATTACKS

_TOKEN = re.compile(r"\s+|\w+|'[^']*'|`[^`]*`|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|.", re.S)
ATTEMPTS = [sql for sql, _ in ATTACKS]
PIECES = sorted({piece for sql in ATTEMPTS for piece in _TOKEN.findall(sql) if piece.strip()})


def _list_functions() -> list[str]:
    """Everything DuckDB can call: the allowed, the harmless and the dangerous."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    return [name for (name,) in rows if name.isidentifier()]


FUNCTIONS = sorted({*_list_functions(), *(name.upper() for name in ALLOWED_CALLS), *ALLOWED_NAMES})
_PLACES = [
    "{file}",
    "{home}/secret.csv",
    "{home}/secret.json",
    "{home}/*",
    "{home}/new",
    "{url}/x.csv",
    "vault.canary",
]
_SYSTEM = [
    "duckdb_settings",
    "sqlite_master",
    "information_schema.tables",
    "pg_catalog.pg_class",
    "pragma_database_list",
]

_columns = st.sampled_from(
    [
        "VendorID",
        "fare_amount",
        "lpep_pickup_datetime",
        "source_month",
        "*",
        "g.VendorID",
        "secret",
        "g",
        "rowid",
        "f0_",
    ]
)
_literals = st.sampled_from(
    [
        "1",
        "-1",
        "0",
        "1e309",
        "9223372036854775808",
        "NULL",
        "TRUE",
        "''",
        "'a'",
        "r'\\'",
        "'''x'''",
        "b'\\x00'",
        "DATE '2024-01-01'",
        "TIMESTAMP '2024-01-01 00:00:00'",
        "NUMERIC '1.5'",
        "[1, 2]",
        "STRUCT(1 AS a)",
        "INTERVAL 1 DAY",
        "@x",
        "?",
        "$1",
        "@@version",
        "'%'",
        "'\\u0000'",
        "'\\xff'",
        '"{file}"',
        "'{file}'",
        "'{home}/secret.csv'",
        "CAST(1 AS BIGNUMERIC)",
        "JSON '{}'",
    ]
)
_binaries = st.sampled_from(
    [
        "+",
        "-",
        "*",
        "/",
        "||",
        "=",
        "<>",
        "<",
        ">=",
        "AND",
        "OR",
        "LIKE",
        "IS",
        "IN",
        "BETWEEN 1 AND",
        "->",
        "->>",
        "::",
        "<<",
        "&",
        "^",
        "~",
    ]
)
_types = st.sampled_from(
    [
        "INT64",
        "STRING",
        "FLOAT64",
        "DATE",
        "DATETIME",
        "BYTES",
        "ARRAY<INT64>",
        "STRUCT<a INT64>",
        "GEOGRAPHY",
        "VARCHAR",
        "HUGEINT",
        '"{file}"',
    ]
)
_tables = st.sampled_from(
    [
        "green",
        "trips.green",
        "`trips.green`",
        "`p.trips.green`",
        "zones",
        "canary",
        "vault.canary",
        "lakeside_loads",
        "trips.lakeside_loads",
        "x",
        *_SYSTEM,
    ]
) | st.sampled_from(_PLACES).flatmap(
    lambda place: st.sampled_from([f"'{place}'", f"`{place}`", f'"{place}"', place])
)


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.builds(
        lambda name, words, tail, dot: f"{dot}{name}({words}){tail}",
        st.sampled_from(FUNCTIONS),
        arguments,
        st.sampled_from(
            ["", "", "", " OVER ()", " FILTER (WHERE TRUE)", " IGNORE NULLS", ".a", "[0]", "[OFFSET(0)]"]
        ),
        st.sampled_from(["", "", "", "", "SAFE.", "system.main.", "x.", "net."]),
    )


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _calls(inner),
        st.builds("({} {} {})".format, inner, _binaries, inner),
        st.builds("CAST({} AS {})".format, inner, _types),
        st.builds(
            "SAFE_CAST({} AS {} FORMAT '{}')".format, inner, _types, st.sampled_from(["YYYY", "x", "%s"])
        ),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        st.builds("({})".format, _selects(inner, _tables)),
        st.builds("EXISTS ({})".format, _selects(inner, _tables)),
        st.builds("ARRAY({})".format, _selects(inner, _tables)),
        st.builds(
            "EXTRACT({} FROM {})".format, st.sampled_from(["YEAR", "DAYOFWEEK", "WEEK(MONDAY)", "x"]), inner
        ),
        st.builds("x -> {}".format, inner),
        st.builds("{}.{}".format, inner, _columns),
    )


def _selects(values: st.SearchStrategy[str], tables: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sources = st.one_of(
        tables,
        tables,
        st.builds("UNNEST({}) AS x".format, values),
        st.builds("UNNEST([{}]) x WITH OFFSET".format, values),
        st.builds("{} AS g JOIN {} ON TRUE".format, tables, tables),
        st.builds("{}, {}".format, tables, tables),
        _calls(values),
        st.builds("LATERAL ({})".format, values),
        st.builds("{} TABLESAMPLE SYSTEM (10 PERCENT)".format, tables),
        st.builds("{} FOR SYSTEM_TIME AS OF {}".format, tables, values),
        st.builds("{} PIVOT(SUM(VendorID) FOR VendorID IN (1))".format, tables),
    )
    tails = st.one_of(
        st.just(""),
        st.builds(" WHERE {}".format, values),
        st.builds(" GROUP BY {}".format, values),
        st.just(" GROUP BY ALL"),
        st.builds(" ORDER BY {} LIMIT {}".format, values, values),
        st.builds(" HAVING {}".format, values),
        st.just(" LIMIT 9999999"),
        st.builds(" QUALIFY {}".format, values),
        st.builds(" WINDOW w AS (ORDER BY {})".format, values),
        st.builds(" INTO OUTFILE '{}'".format, st.sampled_from(_PLACES)),
    )
    lists = st.lists(
        st.builds("{}{}".format, values, st.sampled_from(["", "", " AS a", " a", " EXCEPT (VendorID)"])),
        min_size=1,
        max_size=3,
    ).map(", ".join)
    return st.builds(
        "SELECT {}{} FROM {}{}".format,
        st.sampled_from(["", "", "DISTINCT ", "ALL ", "AS STRUCT ", "AS VALUE "]),
        lists,
        sources,
        tails,
    )


_values = st.recursive(_literals | _columns, _extend, max_leaves=6)
_plain_selects = _selects(_values, _tables)
grown = st.one_of(
    _plain_selects,
    st.builds(
        "WITH {} AS ({}) {}".format,
        st.sampled_from(["x", "green", "canary", "RECURSIVE x", "x(a)"]),
        _plain_selects,
        _plain_selects,
    ),
    st.builds(
        "{} {} {}".format,
        _plain_selects,
        st.sampled_from(["UNION ALL", "UNION DISTINCT", "EXCEPT DISTINCT", "INTERSECT", ";", "|>"]),
        _plain_selects,
    ),
    st.builds(
        "FROM {} |> {}".format,
        _tables,
        st.sampled_from(["SELECT *", "WHERE TRUE", "DROP VendorID", "EXTEND 1 AS x", "AGGREGATE COUNT(*)"]),
    ),
    st.builds("SELECT * FROM ({})".format, _plain_selects),
    st.builds("SELECT {}".format, _values),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An attack with a few of its words dropped, doubled, swapped or replaced by those of others."""
    pieces = _TOKEN.findall(draw(st.sampled_from(ATTEMPTS)))
    for _ in range(draw(st.integers(1, 4))):
        if not pieces:
            break
        at = draw(st.integers(0, len(pieces) - 1))
        change = draw(st.integers(0, 5))
        if change == 0:
            pieces.pop(at)
        elif change == 1:
            pieces.insert(at, draw(st.sampled_from(PIECES)))
        elif change == 2:
            pieces[at] = draw(st.sampled_from([*PIECES, *FUNCTIONS]))
        elif change == 3:
            pieces[at] = (
                draw(
                    st.sampled_from(
                        [
                            "/**/",
                            "--\n",
                            "\u00a0",
                            "\0",
                            "'",
                            "`",
                            '"',
                            "(",
                            ")",
                            ";",
                            "\\",
                            "$$",
                            "#",
                            "E",
                            "U&",
                        ]
                    )
                )
                + pieces[at]
            )
        elif change == 4:
            other = draw(st.integers(0, len(pieces) - 1))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        else:
            pieces[at] = pieces[at].swapcase()
    wrapped = draw(
        st.sampled_from(
            [
                "{}",
                "{}",
                "SELECT * FROM ({})",
                "WITH w AS ({}) SELECT * FROM w",
                "SELECT ({})",
                "SELECT 1 UNION ALL ({})",
                "SELECT 1; {}",
            ]
        )
    )
    return wrapped.replace("{}", "".join(pieces), 1)


statements = st.one_of(grown, mutated(), st.text(max_size=60))
