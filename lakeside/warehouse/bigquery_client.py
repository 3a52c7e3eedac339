"""Google's BigQuery client with a bound on every call: seconds, bytes billed, labels, job names."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from lakeside.errors import SettingsError
from lakeside.google_access import GoogleAccess
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.bigquery_patience import BoundedAdapter, bounded
from lakeside.warehouse.protocol import MINIMUM_BILLED_BYTES

JOB_SECONDS = 1_800.0
BILLED_MARGIN = 1.2
LABELS = {"app": "lakeside"}


@dataclass(frozen=True, slots=True)
class Budget:
    """What one query job may cost. There is no job without one."""

    billed_bytes: int
    seconds: float = JOB_SECONDS
    purpose: str = "query"

    @classmethod
    def of(cls, purpose: str, read_bytes: float, tables: int = 1) -> Budget:
        """From an estimate of the bytes read, with a margin, and never below BigQuery's minimum."""
        billed = int(read_bytes * BILLED_MARGIN) + tables * MINIMUM_BILLED_BYTES
        return cls(billed, JOB_SECONDS, purpose)


@dataclass(frozen=True)
class BigQueryPlace:
    """Project, dataset and location, and the client that is opened at first use.

    With an emulator's address it needs no credentials; otherwise those given, or the default ones.
    """

    project: str
    dataset: str
    location: str
    access: GoogleAccess = field(default_factory=GoogleAccess)
    call_seconds: float = WarehouseSettings().call_seconds

    @classmethod
    def of(cls, settings: Settings, credentials: Any = None) -> BigQueryPlace:
        """From settings, with a login of google-auth's or the default one.

        Raises:
            SettingsError: no project is set.
        """
        chosen = settings.warehouse
        if not chosen.project:
            raise SettingsError(
                "LAKESIDE_WAREHOUSE__PROJECT is not set.", "BigQuery needs the Google Cloud project's id."
            )
        access = GoogleAccess(settings.bigquery_emulator_host, credentials)
        return cls(chosen.project, chosen.dataset, chosen.location, access, chosen.call_seconds)

    @property
    def name(self) -> str:
        """`project.dataset`."""
        return f"{self.project}.{self.dataset}"

    def table(self, name: str) -> str:
        """`project.dataset.table`."""
        return f"{self.name}.{name}"

    @cached_property
    def client(self) -> bigquery.Client:
        """Google's client; no call is made yet."""
        with google_errors(self.name):
            login, endpoint = self.access.credentials, self.access.endpoint
            if endpoint and login is None:
                login = AnonymousCredentials()  # type: ignore[no-untyped-call]
            options = ClientOptions(api_endpoint=endpoint) if endpoint else None
            client = bigquery.Client(
                project=self.project, location=self.location, credentials=login, client_options=options
            )
            for scheme in ("https://", "http://"):
                client._http.mount(scheme, BoundedAdapter(self.call_seconds))
            return client

    def patience(self, at_most: float = math.inf) -> dict[str, Any]:
        """`retry` and `timeout` of a call: seconds for an answer, and for further tries of what may pass."""
        seconds = min(self.call_seconds, at_most)
        return {"retry": bounded(seconds), "timeout": seconds}

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator stands in for BigQuery; it has no Storage API."""
        return bool(self.access.emulator_host)

    def start_query(
        self, sql: str, budget: Budget, values: Mapping[str, tuple[str, Any]] | None = None
    ) -> bigquery.QueryJob:
        """Start a query job; `values` are named parameters as {name: (GoogleSQL type, value)}."""
        parameters = [
            bigquery.ScalarQueryParameter(name, kind, value) for name, (kind, value) in (values or {}).items()
        ]
        config = bigquery.QueryJobConfig(
            maximum_bytes_billed=budget.billed_bytes,
            labels=LABELS,
            default_dataset=self.name,
            query_parameters=parameters,
            job_timeout_ms=int(budget.seconds * 1000),
        )
        with google_errors(self.name):
            return self.client.query(
                sql,
                job_config=config,
                job_id_prefix=job_prefix(budget.purpose),
                retry=bounded(min(self.call_seconds, budget.seconds)),
                timeout=budget.seconds,
                job_retry=None,
            )

    def run_query(
        self, sql: str, budget: Budget, values: Mapping[str, tuple[str, Any]] | None = None
    ) -> list[bigquery.Row]:
        """Run a query of our own to its end; all its rows."""
        job = self.start_query(sql, budget, values)
        with google_errors(self.name):
            return list(job.result(timeout=budget.seconds, retry=bounded(self.call_seconds), job_retry=None))

    def dry_run(self, sql: str, budget: Budget) -> bigquery.QueryJob:
        """Have BigQuery parse and plan a query without running it."""
        config = bigquery.QueryJobConfig(
            maximum_bytes_billed=budget.billed_bytes,
            labels=LABELS,
            default_dataset=self.name,
            dry_run=True,
            use_query_cache=False,
        )
        seconds = min(self.call_seconds, budget.seconds)
        with google_errors(self.name):
            return self.client.query(
                sql, job_config=config, retry=bounded(seconds), timeout=seconds, job_retry=None
            )


def job_prefix(*parts: str) -> str:
    """`lakeside-load-green-2020-10-`: what a job is for, readable in BigQuery's job list."""
    return "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part) for part in ("lakeside", *parts)) + "-"


def labels_of(values: Mapping[str, str]) -> dict[str, str]:
    """Labels as BigQuery takes them: lower case letters, digits, `_` and `-`."""
    return LABELS | {key: re.sub(r"[^a-z0-9_-]", "_", value.casefold()) for key, value in values.items()}


def names(columns: Sequence[str]) -> str:
    """A quoted list of columns."""
    return ", ".join("`" + column.replace("`", "\\`") + "`" for column in columns)


def literal(value: str | date | None) -> str:
    """A GoogleSQL literal. Scripts get literals, because not every server binds parameters in them."""
    if value is None:
        return "CAST(NULL AS STRING)"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return json.dumps(value, ensure_ascii=False)
