"""Where months come from: which source has one, what it says about it, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lakeside.datasets.contract import Dataset
from lakeside.errors import AccessDenied, BackendUnavailable, SettingsError, SourceMissing
from lakeside.month import Month
from lakeside.settings import SourceSettings
from lakeside.shown import hide_secrets
from lakeside.sources.http import HttpClient, HttpRefused, HttpResponse
from lakeside.sources.probe import SourceName, SourceProbe
from lakeside.sources.probe_store import ProbeAnswer, ProbeStore
from lakeside.sources.stream import FileBody, HttpBody, SourceStream, too_large
from lakeside.sources.templates import fill_template, find_template, format_of

# The archive is the user's own copy, taken by itself only where nobody else has the month; the sample never.
_PREFERENCE = (SourceName.DATATALKSCLUB, SourceName.TLC, SourceName.ARCHIVE, SourceName.SAMPLE)
_AUTOMATIC = _PREFERENCE[:-1]


class Sources:
    """The sources of the settings. Opens no connection until it is asked for a file.

    What they answer when they are asked is left in `memory`, where there is one.
    """

    def __init__(self, settings: SourceSettings, memory: ProbeStore | None = None) -> None:
        self.settings = settings
        self.memory = memory
        self._client: HttpClient | None = None

    def list_sources(self, dataset: Dataset, month: Month) -> list[SourceName]:
        """The sources that publish the month by the calendar, best first; the sample is always last.

        A month TLC has not published yet is listed too: when it appears is not known in advance.
        """
        return [
            source
            for source in _PREFERENCE
            if _publishes(dataset, month, source)
            and (source is not SourceName.ARCHIVE or self.settings.archive_url)
        ]

    def choose(self, dataset: Dataset, month: Month, wanted: SourceName = SourceName.AUTO) -> SourceName:
        """The source a month is taken from.

        Raises:
            SourceMissing: the wanted source never published the month; says from when to when it does.
            SettingsError: the archive is wanted and its template is not set.
        """
        if wanted is SourceName.AUTO:
            return self._list_automatic(dataset, month)[0]
        available = self.list_sources(dataset, month)
        if wanted is SourceName.ARCHIVE and not self.settings.archive_url:
            raise SettingsError(
                "The archive's URL template is not set.", "Set LAKESIDE_SOURCES__ARCHIVE_URL."
            )
        if wanted not in available:
            raise _outside(dataset, month, wanted)
        return wanted

    def probe(self, dataset: Dataset, month: Month, source: SourceName) -> SourceProbe:
        """Ask the source about a month's file without fetching it; `auto` asks one after the other.

        Raises:
            SourceMissing: the file is not there, with `auto` at none of the sources.
            AccessDenied, BackendUnavailable, BadFile: see `HttpClient.open`.
            LimitExceeded: the file is larger than the settings allow.
            SettingsError: the template cannot be used.
        """
        if source is SourceName.AUTO:
            return self._probe_first(dataset, month)
        if source is SourceName.SAMPLE:
            return self._probe_sample(dataset, month)
        try:
            probe = self._probe_one(dataset, month, source)
        except SourceMissing:
            self._remember(ProbeAnswer(dataset.name, month, source, datetime.now(UTC)))
            raise
        self._remember(ProbeAnswer(dataset.name, month, source, probe.probed_at, probe))
        return probe

    def _probe_one(self, dataset: Dataset, month: Month, source: SourceName) -> SourceProbe:
        template = find_template(self.settings, source)
        if template is None:
            raise SettingsError(f"The source {source} has no URL template.", "Set it; see docs/settings.md.")
        url = fill_template(template, dataset, month)
        format_of(url)
        if urlsplit(url).scheme == "file":
            probe = _probe_file(dataset, month, source, url)
        else:
            probe = self._probe_http(dataset, month, source, url)
        if probe.size_bytes is not None and probe.size_bytes > self._maximum_bytes:
            raise too_large(url, self._maximum_bytes)
        return probe

    def _remember(self, answer: ProbeAnswer) -> None:
        if self.memory is not None:
            self.memory.remember(answer)

    @contextmanager
    def open_stream(self, probe: SourceProbe) -> Iterator[SourceStream]:
        """The file's bytes; connections and files are closed at exit.

        Raises:
            What `probe` raises, and what `SourceStream` raises while it is read.
        """
        body = self._open_body(probe)
        seconds = self.settings.download_seconds
        stream = SourceStream(probe.url, body, self._maximum_bytes, body.tells_its_end, seconds)
        try:
            yield stream
        finally:
            stream.close()

    def _list_automatic(self, dataset: Dataset, month: Month) -> list[SourceName]:
        available = [s for s in self.list_sources(dataset, month) if s in _AUTOMATIC]
        if not available:
            raise _outside(dataset, month, SourceName.TLC)
        return available

    def _probe_first(self, dataset: Dataset, month: Month) -> SourceProbe:
        # The calendar says which sources should have a month; a release may still lack a file of it.
        lacking: list[SourceMissing] = []
        for source in self._list_automatic(dataset, month):
            try:
                return self.probe(dataset, month, source)
            except SourceMissing as missing:
                lacking.append(missing)
        raise SourceMissing(" ".join(m.message for m in lacking), lacking[-1].hint)

    @property
    def _maximum_bytes(self) -> float:
        return self.settings.maximum_file_gigabytes * 1e9

    @property
    def _http(self) -> HttpClient:
        if self._client is None:
            self._client = HttpClient(self.settings)
        return self._client

    def _open_body(self, probe: SourceProbe) -> HttpBody | FileBody:
        if urlsplit(probe.url).scheme != "file":
            return HttpBody(self._http, probe)
        try:
            return FileBody(_local_path(probe.url), probe.url)
        except OSError as error:
            raise _translate_os_error(probe.url, error) from error

    def _probe_sample(self, dataset: Dataset, month: Month) -> SourceProbe:
        url = f"sample://{dataset.name}/{month}?rows={self.settings.sample_rows}"
        return SourceProbe(
            dataset.name, month, SourceName.SAMPLE, url, "sample", None, None, None, False, datetime.now(UTC)
        )

    def _probe_http(self, dataset: Dataset, month: Month, source: SourceName, url: str) -> SourceProbe:
        answer, size = self._ask(url)
        return SourceProbe(
            dataset=dataset.name,
            month=month,
            source=source,
            url=hide_secrets(url),
            secret_url=url,
            format=format_of(url),
            size_bytes=size,
            etag=answer.headers.get("ETag"),
            last_modified=answer.last_modified,
            accepts_ranges=answer.status == 206 or answer.headers.get("Accept-Ranges", "").lower() == "bytes",
            probed_at=datetime.now(UTC),
        )

    def _ask(self, url: str) -> tuple[HttpResponse, int | None]:
        """Answer and file size; by HEAD, or by the first byte where HEAD is refused."""
        try:
            answer = self._http.open(url, "HEAD")
            answer.body.close()
            return answer, answer.size_bytes
        except HttpRefused as refusal:
            if refusal.status not in (400, 405, 501):
                raise
        answer = self._http.open(url, headers={"Range": "bytes=0-0"})
        answer.body.close()
        if answer.status != 206:
            return answer, answer.size_bytes
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        return answer, int(total) if total.isdigit() else None


def _publishes(dataset: Dataset, month: Month, source: SourceName) -> bool:
    if source is SourceName.SAMPLE:
        return True
    first, last = dataset.first_month.get(source.value), dataset.last_month.get(source.value)
    return first is not None and first <= month and (last is None or month <= last)


def _outside(dataset: Dataset, month: Month, source: SourceName) -> SourceMissing:
    if source is SourceName.LAKE:
        return SourceMissing(
            f"{dataset.name} {month} comes from an object of the lake only when that is named.",
            "Use `lakeside adopt OBJECT`, or choose another source.",
        )
    first, last = dataset.first_month.get(source.value), dataset.last_month.get(source.value)
    if first is None:
        return SourceMissing(f"{source} publishes no {dataset.name} months.", "Choose another source.")
    until = f"to {last}" if last else "until today"
    return SourceMissing(
        f"{source} has no {dataset.name} {month}: it publishes {first} {until}.",
        "Choose another month or source.",
    )


def _probe_file(dataset: Dataset, month: Month, source: SourceName, url: str) -> SourceProbe:
    try:
        status = _local_path(url).stat()
    except OSError as error:
        raise _translate_os_error(url, error) from error
    modified = datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1e6, UTC)
    now = datetime.now(UTC)
    return SourceProbe(
        dataset.name, month, source, url, format_of(url), status.st_size, None, modified, True, now
    )


def _local_path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise SettingsError(f"{url} names another machine.", "Write local files as file:///path.")
    return Path(unquote(parts.path))


def _translate_os_error(url: str, error: OSError) -> SourceMissing | AccessDenied | BackendUnavailable:
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return SourceMissing(f"{url} does not exist.", "Check the month and the URL template of the source.")
    if isinstance(error, PermissionError):
        return AccessDenied(f"{url} may not be read.", "Check the file's permissions.")
    return BackendUnavailable(f"{url} cannot be read: {error.strerror or error}.", "Try again.")
