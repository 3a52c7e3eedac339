"""Every query job states what it may bill, and every error of Google's client becomes one of ours."""

from __future__ import annotations

import ast
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
from lakeside.warehouse.bigquery_client import literal
from lakeside.warehouse.bigquery_errors import TransactionConflict, translate

SOURCES = sorted(Path(lakeside.warehouse.__file__).parent.glob("bigquery_*.py"))


def calls(name: str) -> list[tuple[str, ast.Call]]:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found.append((path.name, node))
    return found


def keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def test_every_query_job_has_a_bound_on_bytes() -> None:
    configurations = calls("QueryJobConfig")

    assert configurations
    for file, call in configurations:
        assert {"maximum_bytes_billed", "labels"} <= keywords(call), file


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
    ],
)
def test_every_call_of_the_client_has_a_bound_on_seconds(name: str) -> None:
    for file, call in calls(name):
        if ast.unparse(call.func).startswith(("place.client.", "self._place.client.", "job.")):
            assert "timeout" in keywords(call), f"{name} in {file}"


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
