"""BigQuery's job API as its reference documents it, with answers a test chooses: for what the emulator lacks.

    with answer_bigquery(Answers(processed_bytes=3 * 10**9)) as api:
        Settings(warehouse={"kind": "bigquery", "project": "test"}, bigquery_emulator_host=api.url)

Jobs are held until `api.release` is set, or cancelled as a client asks (jobs.insert, jobs.get, jobs.cancel,
jobs.getQueryResults, tabledata.list of the BigQuery REST reference).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_SCHEMA = {"fields": [{"name": "day", "type": "DATE"}, {"name": "n", "type": "INTEGER"}]}
_ROWS = [{"f": [{"v": "2020-10-01"}, {"v": "7"}]}, {"f": [{"v": "2020-11-01"}, {"v": "8"}]}]
_HOLD_SECONDS = 0.2


@dataclass
class Answers:
    """What the API says of every query."""

    statement_type: str = "SELECT"
    processed_bytes: int = 0
    billed_bytes: int = 0
    cache_hit: bool = False
    tables: tuple[str, ...] = ("green",)
    refusal: str = ""  # a dry run is answered with this error


@dataclass
class BigQueryApi:
    """The running server: what was sent to it, and the switch that lets jobs end."""

    answers: Answers
    url: str = ""
    configurations: list[dict[str, Any]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)

    def insert(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """jobs.insert."""
        configuration = body["configuration"]
        self.configurations.append(configuration)
        if configuration.get("dryRun") and self.answers.refusal:
            return 400, _error(400, "invalidQuery", self.answers.refusal)
        if not configuration.get("dryRun"):
            self.started.set()
        return 200, self.job(body["jobReference"]["jobId"], configuration)

    def job(self, job_id: str, configuration: dict[str, Any] | None = None) -> dict[str, Any]:
        """The job resource."""
        answers = self.answers
        reference = {"projectId": "test", "jobId": job_id, "location": "US"}
        tables = [{"projectId": "test", "datasetId": "trips", "tableId": name} for name in answers.tables]
        query = {
            "statementType": answers.statement_type,
            "totalBytesProcessed": str(answers.processed_bytes),
            "totalBytesBilled": str(answers.billed_bytes),
            "cacheHit": answers.cache_hit,
            "referencedTables": tables,
        }
        is_over = bool(configuration and configuration.get("dryRun")) or self.release.is_set()
        sql = self.configurations[-1]["query"]["query"]
        destination = {"projectId": "test", "datasetId": "_anonymous", "tableId": "result"}
        return {
            "jobReference": reference,
            "status": {"state": "DONE" if is_over else "RUNNING"},
            "statistics": {"query": query, "totalBytesProcessed": str(answers.processed_bytes)},
            "configuration": {"jobType": "QUERY", "query": {"query": sql, "destinationTable": destination}},
        }

    def results(self, job_id: str) -> tuple[int, dict[str, Any]]:
        """jobs.getQueryResults: waits a moment, as the real one does."""
        if self.cancelled.is_set():
            return 499, _error(499, "stopped", "Job execution was cancelled: User requested cancellation")
        reference = {"projectId": "test", "jobId": job_id, "location": "US"}
        if not self.release.wait(_HOLD_SECONDS):
            return 200, {"jobReference": reference, "jobComplete": False}
        answer = {"jobReference": reference, "jobComplete": True, "schema": _SCHEMA, "totalRows": "2"}
        return 200, answer | {"rows": _ROWS}


def _error(code: int, reason: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}}


@contextmanager
def answer_bigquery(answers: Answers) -> Iterator[BigQueryApi]:
    """Serve on a free port of this machine until the block ends."""
    api = BigQueryApi(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path).path.strip("/").split("/")
            if "queries" in parts:
                self._say(*api.results(parts[-1]))
            elif parts[-1] == "data":
                self._say(200, {"totalRows": "2", "rows": _ROWS})
            else:
                self._say(200, api.job(parts[-1]))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            parts = urlsplit(self.path).path.strip("/").split("/")
            if parts[-1] == "cancel":
                api.cancelled.set()
                self._say(200, {"job": api.job(parts[-2])})
            else:
                self._say(*api.insert(body))

        def _say(self, code: int, document: dict[str, Any]) -> None:
            content = json.dumps(document).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Tests say what they want to know."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
