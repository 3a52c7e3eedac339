"""Every query job states what it may bill, and every error of Google's client becomes one of ours."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import requests
from google.api_core import exceptions as google
from google.auth import exceptions as auth

import lakeside.warehouse
from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryRejected,
)
from lakeside.settings import PROJECT_ROOT
from lakeside.warehouse.bigquery_client import BigQueryPlace, Budget, literal
from lakeside.warehouse.bigquery_errors import TransactionConflict, translate
from lakeside.warehouse.protocol import MINIMUM_BILLED_BYTES

ROOMS = ("lakeside", "flows", "cli", "ui")

SOURCES = sorted(Path(lakeside.warehouse.__file__).parent.glob("bigquery_*.py"))


PRODUCT = sorted(path for room in ROOMS for path in (PROJECT_ROOT / room).rglob("*.py"))


@cache
def calls_anywhere() -> list[tuple[Path, ast.Call]]:
    """Every call of a method or function in the product's code that may be about BigQuery."""
    texts = {path: path.read_text() for path in PRODUCT}
    trees = {path: ast.parse(text) for path, text in texts.items() if "quer" in text or "gbq" in text}
    return [
        (path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)
    ]


def name_of(call: ast.Call) -> str:
    """The last part of what is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def calls(name: str) -> list[tuple[str, ast.Call]]:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found.append((path.name, node))
    return found


def keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def find_patience(call: ast.Call) -> set[str]:
    """What `**place.patience()` gives a call."""
    given = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg is None]
    is_patient = any("place.patience(" in text for text in given)
    return set(BigQueryPlace("p", "d", "US").patience()) if is_patient else set()


def test_every_query_job_has_a_bound_on_bytes() -> None:
    configurations = [(path, call) for path, call in calls_anywhere() if name_of(call) == "QueryJobConfig"]

    assert configurations
    for path, call in configurations:
        assert {"maximum_bytes_billed", "labels"} <= keywords(call), path


def test_no_query_job_is_started_in_another_way() -> None:
    """All code of the product: one file talks to the client's query, always with a configuration."""
    for path, call in calls_anywhere():
        name, whole = name_of(call), ast.unparse(call.func)
        assert name not in ("query_and_wait", "create_job", "QueryJob", "read_gbq", "to_gbq"), path
        if name == "query" and whole.endswith("client.query"):
            assert path.name == "bigquery_client.py", path
            assert "job_config" in keywords(call), path
    for path in PRODUCT:
        assert "bigquery.dbapi" not in path.read_text(), path


def test_a_budget_is_the_estimate_and_a_fifth_and_bigquerys_minimum_for_each_table() -> None:
    budget = Budget.of("publish", 10**9, tables=3)

    assert budget.billed_bytes == int(1.2 * 10**9) + 3 * MINIMUM_BILLED_BYTES
    assert Budget.of("loads", 0).billed_bytes == MINIMUM_BILLED_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "get_dataset",
        "create_dataset",
        "list_tables",
        "update_table",
        "delete_table",
        "create_table",
        "load_table_from_uri",
        "load_table_from_file",
        "result",
        "cancel",
        "get_table",
        "get_job",
    ],
)
def test_every_call_of_the_client_has_a_bound_on_seconds(name: str) -> None:
    for file, call in calls(name):
        if ast.unparse(call.func).startswith(("place.client.", "self._place.client.", "job.")):
            given = keywords(call) | find_patience(call)
            assert {"timeout", "retry"} <= given or name == "load_table_from_file", f"{name} in {file}"
            assert "timeout" in given, f"{name} in {file}"


def with_reason(kind: type[google.GoogleAPICallError], reason: str) -> google.GoogleAPICallError:
    return kind("no", errors=[{"reason": reason, "message": "no"}])


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (google.NotFound("Table x was not found"), NotFound),
        (google.Forbidden("no"), AccessDenied),
        (google.Unauthorized("no"), AccessDenied),
        (auth.DefaultCredentialsError("no"), AccessDenied),
        (auth.RefreshError("no"), AccessDenied),
        (with_reason(google.Forbidden, "rateLimitExceeded"), BackendUnavailable),
        (with_reason(google.Forbidden, "quotaExceeded"), LimitExceeded),
        (with_reason(google.BadRequest, "bytesBilledLimitExceeded"), LimitExceeded),
        (google.InternalServerError("Query exceeded limit for bytes billed: 1"), LimitExceeded),
        (google.BadRequest("Syntax error"), QueryRejected),
        (google.Conflict("exists"), QueryRejected),
        (google.BadRequest("Transaction is aborted due to concurrent update"), TransactionConflict),
        (google.TooManyRequests("slow"), BackendUnavailable),
        (google.ServiceUnavailable("no"), BackendUnavailable),
        (google.BadGateway("no"), BackendUnavailable),
        (google.RetryError("late", None), BackendUnavailable),
        (auth.TransportError("no"), BackendUnavailable),
        (requests.exceptions.ConnectionError("no"), BackendUnavailable),
        (requests.exceptions.ReadTimeout("no"), BackendUnavailable),
        (TimeoutError("no"), BackendUnavailable),
        (google.GoogleAPIError("odd"), LakesideError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_every_error_of_google_is_one_of_ours(error: Exception, ours: type[LakesideError]) -> None:
    translated = translate(error, "project.trips")

    assert type(translated) is ours
    assert translated.message


def test_a_literal_cannot_end_itself() -> None:
    assert literal('it\'s "so" \\ \n') == '"it\'s \\"so\\" \\\\ \\n"'
    assert literal(None) == "CAST(NULL AS STRING)"
