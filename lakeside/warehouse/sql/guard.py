"""What users may ask: exactly one GoogleSQL SELECT over known tables with known functions."""

from __future__ import annotations

import re

from sqlglot import TokenType, exp, parse, tokenize
from sqlglot.errors import ParseError, TokenError

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.functions import ALLOWED_CALLS, ALLOWED_NAMES, REFUSED_BY_NAME
from lakeside.warehouse.sql.positions import Position, locate_word, say_position

_ONE_SELECT = "Write one SELECT; nothing here can change data or settings."

# What sqlglot raises beside its own errors when it stumbles over a statement (fuzzing finds such, for example
# `SELECT x FROM UNNEST([ARRAY()]) x`); whatever it is, the statement is not run.
PARSER_DEFECTS = (AttributeError, TypeError, LookupError, ValueError, ArithmeticError, AssertionError)

# Nodes that change, configure or reach outside, wherever they stand in the tree.
_FORBIDDEN = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Pragma,
    exp.Set,
    exp.Use,
    exp.Attach,
    exp.Detach,
    exp.Copy,
    exp.Into,
    exp.Drop,
    exp.Alter,
    exp.Transaction,
    exp.Commit,
    exp.Rollback,
    exp.Describe,
    exp.Show,
    exp.Summarize,
    exp.Export,
    exp.Kill,
    exp.TruncateTable,
)


def parse_select(sql: str) -> exp.Query:
    """Parse GoogleSQL and check that it is one SELECT of allowed parts.

    Raises:
        QueryRejected: it does not parse (the message says where), is more than one statement, is not
            a SELECT, or calls a function that is not on the list (the message names it).
    """
    try:
        statements = [statement for statement in parse(sql, dialect="bigquery") if statement is not None]
    except (ParseError, TokenError) as error:
        raise _unparsed(error) from error
    except RecursionError as error:
        raise QueryRejected("The query is nested too deeply.", "Simplify it.") from error
    except PARSER_DEFECTS as error:
        raise QueryRejected("The query cannot be read by its parser.", "Write it more simply.") from error
    if len(statements) != 1:
        raise QueryRejected(f"{len(statements)} statements were given, one is allowed.", _ONE_SELECT)
    query = statements[0]
    if not isinstance(query, exp.Query):
        raise QueryRejected(f"{_name_of(query)} is not a SELECT.", _ONE_SELECT, (1, 1))
    for node in query.walk():
        try:
            _check_node(node)
        except QueryRejected as error:
            raise _located(error, sql) from error
    return query


def require_one_statement(sql: str) -> None:
    """Refuse several statements without parsing them, so that nothing of a script reaches a server.

    Raises:
        QueryRejected: there is nothing, or something after the first semicolon.
    """
    try:
        tokens = [token.token_type for token in tokenize(sql, read="bigquery")]
    except TokenError as error:
        raise _unparsed(error) from error
    while tokens and tokens[-1] is TokenType.SEMICOLON:
        tokens.pop()
    if not tokens or TokenType.SEMICOLON in tokens:
        count = tokens.count(TokenType.SEMICOLON) + 1 if tokens else 0
        raise QueryRejected(f"{count} statements were given, one is allowed.", _ONE_SELECT)


def _check_node(node: exp.Expr) -> None:
    if isinstance(node, exp.Query) and not isinstance(node, exp.Table):
        return
    if isinstance(node, _FORBIDDEN):
        raise QueryRejected(f"{node.key.upper()} is not allowed in a query.", _ONE_SELECT)
    if isinstance(node, exp.Parameter | exp.SessionParameter | exp.Placeholder):
        raise QueryRejected(
            f"{node.sql('bigquery')} is a parameter or system variable.", "Write the value itself."
        )
    if isinstance(node, exp.Identifier) and not node.quoted and node.name.startswith("$"):
        raise QueryRejected(f"{node.name} is a parameter.", "Write the value itself.")
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise _unknown(node.sql("bigquery").split("(", 1)[0])
    if isinstance(node, exp.Func):
        _check_function(node)


def _check_function(node: exp.Func) -> None:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        name = str(node.name).upper()
        if name in REFUSED_BY_NAME:
            raise QueryRejected(f"{name} is not supported here.", REFUSED_BY_NAME[name])
        if name not in ALLOWED_NAMES:
            raise _unknown(name)
        return
    if isinstance(node, exp.Connector | exp.Binary):
        return
    name = type(node).__name__
    written = node.sql_name() if name not in ("Anonymous",) else name
    if name in REFUSED_BY_NAME or written in REFUSED_BY_NAME:
        raise QueryRejected(
            f"{written} is not supported here.", REFUSED_BY_NAME.get(name) or REFUSED_BY_NAME[written]
        )
    if name not in ALLOWED_CALLS:
        raise _unknown(written)


def _unknown(name: str) -> QueryRejected:
    return QueryRejected(
        f"The function {name} is not on the list of allowed functions.",
        "Functions that read files, settings or tables are refused; docs/sql.md lists the others.",
    )


def _name_of(statement: exp.Expr) -> str:
    """`CREATE`, `DELETE`, …: the word the statement begins with, as people write it."""
    if isinstance(statement, exp.Command | exp.Alias | exp.Column):
        return statement.sql("bigquery").split(" ", 1)[0].upper()
    return statement.key.upper()


def _located(error: QueryRejected, sql: str) -> QueryRejected:
    name = error.message.removeprefix("The function ").split(" ", 1)[0]
    at = locate_word(sql, name) or locate_word(sql, name.rpartition(".")[2])
    return QueryRejected(error.message.removesuffix(".") + say_position(at) + ".", error.hint, at)


def _unparsed(error: ParseError | TokenError) -> QueryRejected:
    at, near = _where(error)
    words = f"something is missing or not expected near {near!r}" if near else "a quote or bracket is open"
    reason = str((getattr(error, "errors", None) or [{}])[0].get("description") or "")
    if reason.startswith("Expecting"):
        words = f"{reason.replace('Expecting', 'expecting')} near {near!r}"
    return QueryRejected(
        f"The query does not parse: {words}{say_position(at)}.", "One SELECT in GoogleSQL is expected.", at
    )


def _where(error: ParseError | TokenError) -> tuple[Position | None, str]:
    """The place and the text there; sqlglot's columns count to the end of a token."""
    details = getattr(error, "errors", None)
    if not details:
        found = re.search(r"(\d+):(\d+)", str(error.__cause__ or error))
        return ((int(found[1]), int(found[2]) + 1) if found else None), ""
    first = details[0]
    near = str(first.get("highlight") or "").strip()
    line, column = first.get("line"), first.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return None, near
    return (line, max(1, column - len(near) + 1)), near
