"""What a run can be asked for, written once: flow signatures, the server's schema and our own check.

Prefect's server enforces the schema made from these types but accepts parameters it does not know,
so the console validates a request with the same models before it sends it. Imports no Prefect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from flows.names import CHECK_FLOW, OBJECT_FLOW
from lakeside.errors import SettingsError
from lakeside.month import FIRST_YEAR, LAST_YEAR

# A type checker needs the names spelt out; a test keeps them equal to the registry and to SourceName.
DatasetName = Literal["yellow", "green", "fhv", "fhvhv"]
SourceChoice = Literal["auto", "datatalksclub", "tlc", "archive", "sample"]

FanOut = Literal["threads", "runs", "dask"]

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
MonthNumber = Annotated[int, Field(ge=1, le=12)]


LakeObjectKey = Annotated[str, Field(min_length=1, max_length=1024)]
TableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
MonthsBack = Annotated[int, Field(ge=1, le=24)]


def _refuse_repeats(months: list[int]) -> list[int]:
    if len(set(months)) != len(months):
        raise ValueError("a month is named twice")
    return months


Months = Annotated[
    list[MonthNumber],
    Field(min_length=1, max_length=12, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_refuse_repeats),
]


class LoadParameters(BaseModel):
    """The parameters of the flow `load-months`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetName
    year: Year
    months: Months
    fan_out: FanOut = "threads"


class IngestParameters(LoadParameters):
    """The parameters of the flow `ingest-months`; with `lake_object` they are about one month."""

    source: SourceChoice | Literal["lake"] = "auto"
    load: bool = True
    force: bool = False
    lake_object: LakeObjectKey | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.source == "lake") != (self.lake_object is not None):
            raise ValueError("the source `lake` and a lake object belong together")
        if self.lake_object is not None and len(self.months) != 1:
            raise ValueError("a lake object is one month")
        return self


class CheckParameters(BaseModel):
    """The parameters of the flow `check-months`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetName
    year: Year
    months: Months


class ObjectParameters(BaseModel):
    """The parameters of the flow `load-object`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lake_object: LakeObjectKey
    table: TableName
    replace: bool = False


class SyncParameters(BaseModel):
    """The parameters of the flow `sync-months`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetName
    source: SourceChoice = "auto"
    months_back: MonthsBack = 1
    load: bool = True


def check_parameters(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values as plain JSON data, months sorted.

    Raises:
        SettingsError: a value is out of range, of the wrong type or not a parameter; names the parameter.
    """
    try:
        checked = model.model_validate(values).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{name}: {first['msg']} (given: {first['input']!r}).",
            "Nothing was started; mend it and try again.",
        ) from error
    return {**checked, "months": sorted(checked["months"])} if "months" in checked else checked


def compact_months(months: Iterable[int]) -> str:
    """Months as people write them: 1, 3, 5, 6, 7 becomes `1,3,5-7`."""
    ranges: list[list[int]] = []
    for month in sorted(set(months)):
        if ranges and month == ranges[-1][-1] + 1:
            ranges[-1].append(month)
        else:
            ranges.append([month])
    return ",".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in ranges)


def name_work(flow: str, parameters: Mapping[str, Any]) -> str:
    """The name of a run of one of our flows, by its parameters."""
    if flow == OBJECT_FLOW:
        return f"table {parameters['table']}"
    name = name_run(parameters["dataset"], parameters["year"], parameters["months"])
    return f"{name} checks" if flow == CHECK_FLOW else name


def name_run(dataset: str, year: int, months: Iterable[int]) -> str:
    """A run's name, `green 2020 [1-3]`."""
    return f"{dataset} {year} [{compact_months(months)}]"
