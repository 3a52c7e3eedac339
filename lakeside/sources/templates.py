"""URL templates: which file a month is, and what its name says about its format."""

from __future__ import annotations

from urllib.parse import urlsplit

from lakeside.datasets.contract import Dataset
from lakeside.errors import SettingsError
from lakeside.month import Month
from lakeside.settings import SourceSettings
from lakeside.sources.probe import FileFormat, SourceName

_FORMATS: tuple[tuple[str, FileFormat], ...] = (
    (".csv.gz", "csv.gz"),
    (".parquet", "parquet"),
    (".csv", "csv"),
)
_SCHEMES = ("http", "https", "file")


def find_template(settings: SourceSettings, source: SourceName) -> str | None:
    """The source's template, or None where it has none (the sample, an archive that is not set)."""
    return {
        SourceName.DATATALKSCLUB: settings.datatalksclub_url,
        SourceName.TLC: settings.tlc_url,
        SourceName.ARCHIVE: settings.archive_url,
    }.get(source)


def fill_template(template: str, dataset: Dataset, month: Month) -> str:
    """The URL of a month's file.

    Args:
        template: str.format text with the fields dataset, year and month.

    Raises:
        SettingsError: the template names another field, is malformed, or is not http(s):// or file://.
    """
    try:
        url = template.format(dataset=dataset.name, year=month.year, month=month.number)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise SettingsError(
            f"The source template {template!r} cannot be filled: {error!r}.",
            "Use the fields {dataset}, {year} and {month:02d}.",
        ) from error
    if urlsplit(url).scheme not in _SCHEMES:
        raise SettingsError(
            f"The source template {template!r} is neither http(s):// nor file://.",
            "Write a folder as file:///path/to/{dataset}_tripdata_{year}-{month:02d}.csv.",
        )
    return url


def format_of(url: str) -> FileFormat:
    """The file's format by its name.

    Raises:
        SettingsError: the name ends in none of .csv, .csv.gz and .parquet.
    """
    path = urlsplit(url).path.lower()
    for ending, format_ in _FORMATS:
        if path.endswith(ending):
            return format_
    raise SettingsError(
        f"{url} is neither .csv, .csv.gz nor .parquet.", "Let the template end in one of them."
    )
