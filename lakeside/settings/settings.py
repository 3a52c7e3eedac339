"""All settings together, with the places that follow from them."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from lakeside.settings.data import (
    BucketSettings,
    CheckSettings,
    IngestSettings,
    RetentionSettings,
    SourceSettings,
    WarehouseSettings,
)
from lakeside.settings.limits import LimitSettings, ReaderSettings
from lakeside.settings.people import AuditSettings, PeopleSettings
from lakeside.settings.running import ConsoleSettings, PrefectSettings
from lakeside.settings.section import Section

PROJECT_ROOT = Path(__file__).resolve().parents[2]


class Settings(Section):
    """Everything that can be chosen; with nothing set, a folder lake and a DuckDB file under `data/`.

    Made by hand it holds what it is given and the defaults; `load_settings` reads the environment.
    """

    home: Path = Field(Path("data"), description="Folder of all local state; relative to the project's root.")
    lake_url: str | None = Field(
        None,
        description="Where the lake is: a folder, file:// or gs://bucket/prefix; default `lake` in the home.",
    )
    storage_emulator_host: str | None = Field(
        None,
        validation_alias="storage_emulator_host",  # the variable all Google clients share, without prefix
        description="Address of a Google Cloud Storage emulator, used instead of Google and without login.",
    )
    bigquery_emulator_host: str | None = Field(
        None,
        validation_alias="bigquery_emulator_host",  # the variable all Google clients share, without prefix
        description="Address of a BigQuery emulator, used instead of Google and without login.",
    )
    credentials_block: str | None = Field(
        None,
        description="Name of a GcpCredentials block of Prefect's, the Google login of runs, console and "
        "commands; `lakeside setup gcp` makes one. Default: Application Default Credentials.",
    )
    hung_seconds: float = Field(
        120,
        ge=1,
        le=86_400,
        description="Seconds after which `lakeside up` kills and restarts its server, worker or console when "
        "that lives but does not answer.",
    )
    bucket: BucketSettings = Field(BucketSettings(), description="A lake in a bucket (gs:// only).")
    warehouse: WarehouseSettings = Field(WarehouseSettings(), description="The warehouse.")
    sources: SourceSettings = Field(SourceSettings(), description="Where months come from.")
    ingest: IngestSettings = Field(IngestSettings(), description="How months are conformed.")
    limits: LimitSettings = Field(LimitSettings(), description="Bounds on what one click may cause.")
    checks: CheckSettings = Field(CheckSettings(), description="What is judged, and what happens then.")
    retention: RetentionSettings = Field(
        RetentionSettings(), description="How long earlier versions and rows set aside are kept."
    )
    readers: ReaderSettings = Field(ReaderSettings(), description="Processes that read parquet apart.")
    console: ConsoleSettings = Field(ConsoleSettings(), description="The browser console.")
    people: PeopleSettings = Field(PeopleSettings(), description="Who may do what in the console.")
    audit: AuditSettings = Field(AuditSettings(), description="The log of who did what.")
    prefect: PrefectSettings = Field(PrefectSettings(), description="The orchestration server.")

    @property
    def home_folder(self) -> Path:
        """The home as an absolute path."""
        return self.home if self.home.is_absolute() else (PROJECT_ROOT / self.home).resolve()

    @property
    def lake_location(self) -> str:
        """The lake's URL or absolute folder."""
        return self.lake_url or str(self.home_folder / "lake")

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file, absolute."""
        path = self.warehouse.path or self.home_folder / "warehouse.duckdb"
        return path if path.is_absolute() else (PROJECT_ROOT / path).resolve()
