"""All settings, and the only reader of the environment.

Every name is `LAKESIDE_` plus the field, nested fields joined by two underscores
(`LAKESIDE_WAREHOUSE__KIND`); a variable that other programs define keeps its own name.
`docs/settings.md` is generated from the descriptions here.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from lakeside.errors import SettingsError

PREFIX = "LAKESIDE_"
PROJECT_ROOT = Path(__file__).resolve().parent.parent

# Read by the tests and the build only, never by the product.
KNOWN_ELSEWHERE = {"LAKESIDE_SHARED_DATA"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WarehouseSettings(_Section):
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


class SourceSettings(_Section):
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
    maximum_file_gigabytes: float = Field(
        20, gt=0, le=1000, description="Largest source file that is accepted."
    )


class IngestSettings(_Section):
    rejected_share: float = Field(
        0.01, ge=0, le=1, description="Share of rejected rows above which a month fails."
    )
    column_policy: dict[str, Literal["evolve", "freeze", "discard"]] = Field(
        default_factory=dict,
        description="Per dataset, what happens to a column outside the contract: evolve (kept and reported; "
        "the default), freeze (the month fails) or discard (dropped and reported). "
        'JSON, for example {"green": "freeze"}.',
    )
    workers: int = Field(0, ge=0, le=64, description="Parser threads of one month; 0 means one per core.")
    months_at_once: int = Field(2, ge=1, le=32, description="Months one flow run works on at the same time.")


class LimitSettings(_Section):
    query_rows: int = Field(1_000, ge=1, le=1_000_000, description="Rows a query returns at most.")
    query_seconds: float = Field(30, gt=0, le=3600, description="Seconds a query may run.")
    query_megabytes: int = Field(
        1_000, ge=64, le=1_000_000, description="Memory a query on the lake may use; the rest goes to disk."
    )
    query_disk_megabytes: int = Field(
        4_000,
        ge=0,
        le=1_000_000,
        description="Disk a query on the lake may use where memory does not suffice.",
    )
    queries_at_once: int = Field(
        4, ge=1, le=64, description="Queries the console runs at the same time; others wait in line."
    )
    preview_rows: int = Field(500, ge=1, le=10_000, description="Rows one preview page shows at most.")
    preview_megabytes: float = Field(256, gt=0, le=4096, description="Bytes one preview may read at most.")
    preview_seconds: float = Field(
        20, gt=0, le=600, description="Seconds a preview may look for rows that match a condition."
    )
    profile_seconds: float = Field(
        30, gt=0, le=3600, description="Seconds the profile of an object may take, all its columns together."
    )
    profile_megabytes: float = Field(
        256,
        gt=0,
        le=100_000,
        description="Bytes of one column a profile may read; of more, a sample is taken.",
    )
    profile_columns: int = Field(
        100, ge=1, le=10_000, description="Columns one profile measures; the others are shown by the footer."
    )
    chart_megabytes: float = Field(
        1_000,
        gt=0,
        le=100_000,
        description="Bytes of all its columns a chart may read; of more, a sample of row groups is taken.",
    )
    listed_objects: int = Field(
        20_000, ge=1, le=1_000_000, description="Objects one listing returns at most."
    )
    counted_footers: int = Field(
        2_000, ge=1, le=100_000, description="Footers that are read at most to order objects by rows."
    )
    counting_seconds: float = Field(
        10, gt=0, le=600, description="Seconds after which no more footers are read to order objects by rows."
    )
    sorted_megabytes: float = Field(
        256,
        gt=0,
        le=100_000,
        description="Bytes of the column (and of those of the condition) that rows are sorted by, at most.",
    )
    download_megabytes: float = Field(
        100, gt=0, le=2_000, description="Size of an object or of chosen rows that can be downloaded."
    )
    download_rows: int = Field(
        200_000, ge=1, le=10_000_000, description="Chosen rows that one download holds at most."
    )
    download_seconds: float = Field(
        60, gt=0, le=3600, description="Seconds that gathering chosen rows for a download may take."
    )


class CheckSettings(_Section):
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


class RetentionSettings(_Section):
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


class ReaderSettings(_Section):
    processes: int = Field(
        2,
        ge=0,
        le=32,
        description="Processes that read parquet for the console and for commands that look at objects, so "
        "that a file made to do harm ends one of them and nothing else; 0 reads in the own process.",
    )
    megabytes: float = Field(
        2_000, ge=100, le=1_000_000, description="Memory one such process may take for what it reads."
    )
    seconds: float = Field(
        120, gt=0, le=3600, description="Seconds one reading may take before its process is ended."
    )


class ConsoleSettings(_Section):
    port: int = Field(8501, ge=1, le=65535, description="Port of the Streamlit console, on 127.0.0.1.")
    published_on_loopback: bool = Field(
        False,
        description="Says that the console's port reaches this machine only, although the console listens at "
        "every address of its container, as compose.yaml arranges. Without it such a console is read-only.",
    )


class PrefectSettings(_Section):
    port: int = Field(
        4200, ge=1, le=65535, description="Port of the Prefect server that `lakeside up` starts."
    )
    api_url: str | None = Field(
        None, description="A Prefect API that runs elsewhere; `lakeside up` then starts none."
    )
    work_pool: str = Field(
        "lakeside",
        description="Work pool flow runs are sent to: a process pool that is made when it is missing, or a "
        "docker, cloud-run-v2 or kubernetes pool that is there.",
    )
    image: str | None = Field(
        None, description="Image of runs on a work pool that starts containers; `make image` builds it."
    )
    dask_scheduler: str | None = Field(
        None,
        description="Address of a Dask scheduler, tcp://host:8786, for runs that are fanned out on it. Its "
        "workers need the same version of Lakeside and the same settings.",
    )
    parts_at_once: int = Field(
        4,
        ge=1,
        le=64,
        description="Months that run at the same time as runs of their own, of all runs together and per "
        "flow; keeps the warehouse safe.",
    )


class Settings(_Section):
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


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a value is out of range or not of its type; the message names the variable.
    """
    for name in unknown_names():
        warnings.warn(
            f"{name} is not a setting of Lakeside and is ignored; see docs/settings.md.", stacklevel=2
        )
    try:
        return Settings.model_validate(_read(os.environ))
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}.", _HINT) from error


_HINT = "See docs/settings.md for what it may be."


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """What is set, as `Settings` takes it; the case of a variable's name does not matter.

    Raises:
        SettingsError: a value that should be JSON is not.
    """
    variables = {name.upper(): text for name, text in environment.items()}
    found: dict[str, Any] = {}
    for field, info in Settings.model_fields.items():
        section = section_of(info)
        if section is None:
            name = variable_name(field, info)
            found |= {field: variables[name]} if name in variables else {}
        else:
            found[field] = {
                inner: _decode(name, variables[name], inner_info)
                for inner, inner_info in section.model_fields.items()
                if (name := f"{PREFIX}{field}__{inner}".upper()) in variables
            }
    return found


def _decode(name: str, text: str, info: FieldInfo) -> Any:
    if get_origin(info.annotation) not in (dict, list, tuple):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {text!r} is not JSON.", _HINT) from error


def section_of(info: FieldInfo) -> type[BaseModel] | None:
    """The settings below a field; None when the field is a setting itself."""
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, _Section) else None


def variable_name(field: str, info: FieldInfo) -> str:
    """The environment variable of a top-level field: prefixed, unless other programs define its name."""
    alias = info.validation_alias
    return (alias if isinstance(alias, str) else f"{PREFIX}{field}").upper()


def setting_names() -> dict[str, str]:
    """Every environment variable that is read, with its description, in order."""
    names: dict[str, str] = {}
    for field, info in Settings.model_fields.items():
        section = section_of(info)
        if section is not None:
            for inner, inner_info in section.model_fields.items():
                names[f"{PREFIX}{field}__{inner}".upper()] = inner_info.description or ""
        else:
            names[variable_name(field, info)] = info.description or ""
    return names


def list_variables_in_force() -> dict[str, str]:
    """Our variables as they are set here, but for what belongs to this machine; for a run elsewhere."""
    local = {f"{PREFIX}HOME", f"{PREFIX}WAREHOUSE__PATH"}
    names = set(setting_names()) - local
    skipped = (f"{PREFIX}CONSOLE__", f"{PREFIX}PREFECT__PORT")
    return {n: os.environ[n] for n in sorted(names) if n in os.environ and not n.startswith(skipped)}


def unknown_names() -> list[str]:
    """`LAKESIDE_*` variables that no setting reads, so that a misspelling is not silent."""
    known = set(setting_names()) | KNOWN_ELSEWHERE
    return sorted(n for n in os.environ if n.upper().startswith(PREFIX) and n.upper() not in known)
