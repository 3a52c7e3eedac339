"""Where months come from, how they are conformed, where tables are, and what is judged and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from lakeside.settings.section import Section


class BucketSettings(Section):
    call_seconds: float = Field(
        120,
        gt=0,
        le=3600,
        description="How long one call of a gs:// lake may take, further tries included: a page of a "
        "listing, 4 MB that are read, 8 MB that are written.",
    )
    silent_seconds: float = Field(
        15, gt=0, le=3600, description="How long a bucket may send nothing before a call is tried again."
    )


class WarehouseSettings(Section):
    kind: Literal["duckdb", "bigquery"] = Field(
        "duckdb", description="Which warehouse tables are published to."
    )
    path: Path | None = Field(None, description="DuckDB file; default `warehouse.duckdb` under the home.")
    project: str | None = Field(None, description="Google Cloud project (BigQuery only).")
    dataset: str = Field(
        "trips",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        description="BigQuery dataset, or DuckDB schema, that holds the tables.",
    )
    location: str = Field("US", description="BigQuery location of the dataset.")
    wait_seconds: float = Field(
        60, gt=0, le=3600, description="How long to wait while another process writes the DuckDB file."
    )
    call_seconds: float = Field(
        30,
        gt=0,
        le=600,
        description="How long one call of BigQuery may take to be answered, and how long a call is tried "
        "again that BigQuery refuses in passing: too many at once, or trouble of its own.",
    )
    maximum_gigabytes_billed: float = Field(
        1, gt=0, le=10_000, description="Upper bound of bytes one interactive query may bill."
    )
    session_gigabytes_billed: float = Field(
        10, gt=0, le=1_000_000, description="Bytes the queries of one browser session may bill together."
    )
    dollars_per_tebibyte: float = Field(
        6.25,
        ge=0,
        le=1000,
        description="Price of the bytes a query bills; by default BigQuery's on-demand price in the US.",
    )


class SourceSettings(Section):
    datatalksclub_url: str = Field(
        "https://github.com/DataTalksClub/nyc-tlc-data/releases/download/"
        "{dataset}/{dataset}_tripdata_{year}-{month:02d}.csv.gz",
        description="Template of the course's csv.gz files; http(s):// or file://.",
    )
    tlc_url: str = Field(
        "https://d37ci6vzurychx.cloudfront.net/trip-data/{dataset}_tripdata_{year}-{month:02d}.parquet",
        description="Template of TLC's own parquet files; http(s):// or file://.",
    )
    archive_url: str | None = Field(
        None, description="Template of plain CSV files of your own; http(s):// or file://."
    )
    zone_lookup_url: str = Field(
        "https://d37ci6vzurychx.cloudfront.net/misc/taxi_zone_lookup.csv",
        description="TLC's taxi zone lookup, a small reference table.",
    )
    zone_shapes_url: str = Field(
        "https://d37ci6vzurychx.cloudfront.net/misc/taxi_zones.zip",
        description="TLC's taxi zone shapefile, zipped; http(s):// or file://.",
    )
    sample_rows: int = Field(
        20_000, ge=1, le=10_000_000, description="Rows per month of the `sample` source."
    )
    connect_seconds: float = Field(10, gt=0, le=300, description="Bound on opening a connection to a source.")
    read_seconds: float = Field(
        60, gt=0, le=3600, description="Bound on waiting for the next bytes of a source."
    )
    probe_seconds: float = Field(
        10, gt=0, le=300, description="Bound on asking the sources about all months of a plan (HEAD)."
    )
    probes_at_once: int = Field(8, ge=1, le=64, description="Months a plan asks a source about at once.")
    attempts: int = Field(
        5, ge=1, le=20, description="Tries per request before a source counts as unavailable."
    )
    backoff_seconds: float = Field(
        0.5, ge=0, le=60, description="First pause between tries; doubles, with jitter."
    )
    redirects: int = Field(5, ge=1, le=50, description="Redirects of one request that are followed at most.")
    zone_lookup_megabytes: float = Field(
        1, gt=0, le=1000, description="Size of the zone lookup at most; TLC's has 0.01."
    )
    zone_shapes_megabytes: float = Field(
        20, gt=0, le=1000, description="Size of the zipped zone shapes at most; TLC's have 1."
    )
    maximum_file_gigabytes: float = Field(
        20, gt=0, le=1000, description="Largest source file that is accepted."
    )
    download_seconds: float = Field(
        21_600, gt=0, le=604_800, description="Seconds a source file may take to arrive, however steadily."
    )


class IngestSettings(Section):
    rejected_share: float = Field(
        0.01, ge=0, le=1, description="Share of rejected rows above which a month fails."
    )
    column_policy: dict[str, Literal["evolve", "freeze", "discard"]] = Field(
        default_factory=dict,
        description="Per dataset, what happens to a column outside the contract: evolve (kept and reported; "
        "the default), freeze (the month fails) or discard (dropped and reported). "
        'JSON, for example {"green": "freeze"}.',
    )
    columns: int = Field(1_000, ge=20, le=50_000, description="Columns a source file has at most.")
    line_megabytes: float = Field(
        16, gt=0, le=1_000, description="Length of one line, and so of one field, of a CSV file at most."
    )
    expanded_gigabytes: float = Field(
        200, gt=0, le=10_000, description="Bytes a gzip file may unfold to; they are never kept as a whole."
    )
    expansion: float = Field(
        200, gt=1, le=2_000, description="Times its own size a gzip file may unfold to; TLC's are below 20."
    )
    quarantined_rows: int = Field(
        1_000_000, ge=1, le=1_000_000_000, description="Rows of one month that are set aside at most."
    )
    planned_months: int = Field(
        600, ge=1, le=10_000, description="Months one plan, and so one launch, looks at and starts at most."
    )
    free_megabytes: float = Field(
        200,
        ge=0,
        le=1_000_000_000,
        description="Disk that has to stay free beside a month: with less left in a folder lake, by the size "
        "the source tells, nothing is fetched.",
    )
    workers: int = Field(0, ge=0, le=64, description="Parser threads of one month; 0 means one per core.")
    months_at_once: int = Field(2, ge=1, le=32, description="Months one flow run works on at the same time.")


class CheckSettings(Section):
    after_load: bool = Field(
        True, description="Run every check of a month right after it was loaded; false: only the reconciling."
    )
    block: list[str] = Field(
        default_factory=list,
        description="Datasets whose months are not published when an error-check of their rows fails; the "
        'old rows stay. JSON, for example ["green"].',
    )
    thresholds: Path | None = Field(
        None,
        description="A TOML file whose thresholds replace those of lakeside/checks/thresholds.toml.",
    )
    sql_folder: Path | None = Field(
        None, description="A folder of your own checks, a .sql file each; docs/checks.md says how."
    )
    seconds: float = Field(60, gt=0, le=3600, description="Seconds one check of your own may take.")


class RetentionSettings(Section):
    versions: int = Field(
        3,
        ge=0,
        le=1_000,
        description="Earlier versions of each object that a folder lake keeps in `.versions/`; the next "
        "write removes what is beyond, 0 keeps none. A bucket keeps them by its own versioning.",
    )
    version_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        description="Days after being replaced or removed at which `lakeside prune` removes an earlier "
        "version from a folder lake; empty: age alone removes none.",
    )
    quarantine_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        description="Days after which `lakeside prune` removes the rows set aside of a month; empty: never.",
    )
    lock_seconds: float = Field(
        30,
        gt=0,
        le=3600,
        description="How long a write to a folder lake waits while another process keeps or drops an earlier "
        "version, which takes milliseconds.",
    )
