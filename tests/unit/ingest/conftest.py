"""A lake in a folder of its own, fed from files a test writes."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pyarrow as pa
import pytest
from pyarrow import parquet

from lakeside.datasets import get_dataset
from lakeside.ingest.ingest import IngestOutcome, IngestRequest, ingest_month
from lakeside.month import Month
from lakeside.services import Services, open_services
from lakeside.settings import IngestSettings, Settings, SourceSettings
from lakeside.sources.probe import SourceName

# A busy machine is no bug: examples are not timed.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


class Bench:
    """Sources under `folder`, a lake, and one call to ingest."""

    def __init__(self, folder: Path, home: Path, **ingest) -> None:
        self.folder = folder
        name = "{dataset}_tripdata_{year}-{month:02d}"
        sources = SourceSettings(
            datatalksclub_url=f"file://{folder}/{name}.csv.gz",
            tlc_url=f"file://{folder}/{name}.parquet",
            archive_url=f"file://{folder}/{name}.csv",
            sample_rows=1000,
            backoff_seconds=0,
        )
        self.services: Services = open_services(
            Settings(home=home, sources=sources, ingest=IngestSettings(**ingest))
        )

    def ingest(self, dataset: str, month: str, source: str = "archive", **more) -> IngestOutcome:
        request = IngestRequest(get_dataset(dataset), Month.parse(month), SourceName(source), **more)
        return ingest_month(request, self.services)

    def table(self, key: str) -> pa.Table:
        with self.services.lake.open_reader(key) as file:
            return parquet.read_table(file)

    def keys(self) -> list[str]:
        return [o.key for o in self.services.lake.list_objects().objects]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "sources"
    folder.mkdir()
    return Bench(folder, tmp_path / "home")
