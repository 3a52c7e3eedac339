"""Every bound on memory, time, disk and money: the setting that states it, and what happens at it.

docs/limits.md is written from here. A test holds that every setting with a number is here or in `NO_LIMITS`,
and that each one here is met by a test of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ends(StrEnum):
    """How what meets a bound goes on."""

    REFUSED = "refused"  # LimitExceeded, with the setting's name
    CUT = "cut"  # less is given, and the answer says so
    LATER = "later"  # it waits, or BackendUnavailable says to try again
    REMOVED = "removed"  # what is beyond is removed


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound: `name` is its setting's, as `limits.query_rows`; `happens` is a sentence for people."""

    name: str
    ends: Ends
    happens: str


_R, _C, _L = Ends.REFUSED, Ends.CUT, Ends.LATER

LIMITS = (
    Limit("limits.query_rows", _C, "The result says that there are more rows."),
    Limit("limits.query_seconds", _R, "The query or chart is stopped."),
    Limit("limits.query_megabytes", _R, "What can go nowhere is refused."),
    Limit("limits.query_disk_megabytes", _R, "The query is stopped and its files are removed."),
    Limit("limits.query_result_megabytes", _R, "The rows are not given."),
    Limit("limits.queries_at_once", _L, "The query waits in line and can be cancelled there."),
    Limit("limits.queries_waiting", _R, "The query is not started."),
    Limit("limits.query_characters", _R, "The query is not even parsed."),
    Limit("limits.footer_megabytes", _R, "The object is shown as one that cannot be read."),
    Limit("limits.preview_rows", _C, "The page has so many rows; the next one follows."),
    Limit(
        "limits.preview_megabytes",
        _R,
        "Columns that cost more are left out and named; refused when no row can be reached.",
    ),
    Limit(
        "limits.preview_seconds",
        _R,
        "The search for rows ends and says how far it came; an order cannot be given and is refused.",
    ),
    Limit("limits.profile_seconds", _C, "Columns that were not measured by then say so."),
    Limit("limits.profile_megabytes", _C, "A sample of row groups is measured, and named as one."),
    Limit("limits.profile_columns", _C, "The others say that they can be asked for by name."),
    Limit(
        "limits.chart_megabytes",
        _R,
        "A sample of row groups is drawn, and named as one; refused when not one fits.",
    ),
    Limit("limits.listed_objects", _C, "The listing says that it is cut."),
    Limit("limits.counted_footers", _C, "The order by rows says how many objects it knows."),
    Limit("limits.counting_seconds", _C, "The order by rows says how many objects it knows."),
    Limit("limits.sorted_rows", _R, "Nothing is read."),
    Limit("limits.sorted_megabytes", _R, "Nothing is read."),
    Limit("limits.download_megabytes", _R, "An object is not handed out; chosen rows end there and say so."),
    Limit("limits.download_rows", _C, "The file ends there; its note says so."),
    Limit("limits.download_seconds", _C, "The file ends there; its note says so."),
    Limit("readers.processes", _L, "Who asks waits for a reader, at most `readers.seconds`."),
    Limit("readers.megabytes", _R, "The object is not read; it is very large, or damaged."),
    Limit("readers.seconds", _R, "The process that reads is ended; another takes its place."),
    Limit("warehouse.wait_seconds", _L, "The flow tries again; a page says who holds the file."),
    Limit("bucket.call_seconds", _L, "What is read fails; what was to be written is not there."),
    Limit("bucket.silent_seconds", _L, "The call is tried again, three times in all."),
    Limit("warehouse.call_seconds", _L, "The old rows stay; the error says what BigQuery answers."),
    Limit("warehouse.maximum_gigabytes_billed", _R, "The query is not started; nothing is billed."),
    Limit("warehouse.session_gigabytes_billed", _R, "The query is not started; nothing is billed."),
    Limit("sources.connect_seconds", _L, "The request is tried again, `sources.attempts` times."),
    Limit("sources.read_seconds", _L, "The download goes on where it broke off, `sources.attempts` times."),
    Limit("sources.attempts", _L, "The month fails; its run may be tried again."),
    Limit("sources.probe_seconds", _C, "The plan says what is not known of the months that are left."),
    Limit("sources.redirects", _R, "The month fails; the message names the address."),
    Limit("sources.zone_lookup_megabytes", _R, "Neither lake nor warehouse is changed."),
    Limit("sources.zone_shapes_megabytes", _R, "The lake is not changed."),
    Limit("sources.maximum_file_gigabytes", _R, "The month fails before its file is fetched, or there."),
    Limit("sources.download_seconds", _R, "The month fails; what was there before stays."),
    Limit("ingest.planned_months", _R, "No plan is made, and nothing starts."),
    Limit("ingest.free_megabytes", _R, "The month fails before its file is fetched."),
    Limit("ingest.columns", _R, "The month fails before a row is read."),
    Limit("ingest.line_megabytes", _R, "The month fails there; what was there before stays."),
    Limit("ingest.expanded_gigabytes", _R, "The month fails there; what was there before stays."),
    Limit("ingest.expansion", _R, "The month fails there; what was there before stays."),
    Limit("ingest.quarantined_rows", _R, "The month fails there; what was there before stays."),
    Limit("checks.seconds", _C, "The check's result is an error that names it; the others go on."),
    Limit("retention.versions", Ends.REMOVED, "The oldest version of the object is removed."),
    Limit("retention.version_days", Ends.REMOVED, "`lakeside prune` removes the version."),
    Limit("retention.quarantine_days", Ends.REMOVED, "`lakeside prune` removes the rows set aside."),
    Limit("retention.lock_seconds", _L, "The flow tries again; the error says which process holds the lake."),
    Limit("audit.megabytes", Ends.REMOVED, "Nothing is, the next line begins another file."),
    Limit("audit.files", Ends.REMOVED, "The oldest file of the audit log is removed."),
    Limit("console.sessions", _R, "The page says so instead of opening; one that is open goes on."),
    Limit("console.link_characters", _R, "Nothing is looked up; the page, or the answer (414), says so."),
    Limit("prefect.wait_seconds", _R, "`lakeside runs … --wait` ends; the runs go on."),
    Limit("prefect.answer_seconds", _L, "The page or command says that Prefect did not answer in time."),
)

# Settings with a number that bound nothing of memory, time, disk or money, and why.
NO_LIMITS = {
    "warehouse.dollars_per_tebibyte": "a price",
    "sources.sample_rows": "how much is made up",
    "sources.probes_at_once": "how much is done side by side",
    "sources.backoff_seconds": "a pause",
    "ingest.rejected_share": "what a month is judged by",
    "ingest.workers": "how much is done side by side",
    "ingest.months_at_once": "how much is done side by side",
    "people.session_hours": "how long a person is believed",
    "people.trusted_proxies": "whom to believe",
    "console.port": "a port",
    "prefect.port": "a port",
    "prefect.parts_at_once": "how much is done side by side",
}
