"""Provenance survives the footer, and nothing else passes for it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lakeside.datasets.contract import Kind
from lakeside.lake.provenance import FOOTER_KEY, ColumnStats, Provenance

PROVENANCE = Provenance(
    dataset="green",
    month="2020-10",
    source="datatalksclub",
    source_url="https://example.org/green_tripdata_2020-10.csv.gz",
    source_etag='"0x8D9"',
    source_last_modified=datetime(2022, 7, 1, 12, tzinfo=UTC),
    source_bytes=1_369_765,
    source_sha256="ab" * 32,
    rows_read=95_121,
    rows_written=95_120,
    rows_rejected=1,
    rejected_by_reason={"too few fields": 1},
    contract_version=1,
    columns_added=["ehail_fee"],
    content_id="cd" * 32,
    run_id="run",
    program_version="0.1.0",
    columns=[
        ColumnStats(name="fare_amount", kind=Kind.MONEY, count=95_120, nulls=0, sum="123456789012345678901"),
        ColumnStats(
            name="Zone \u00fc", kind=Kind.TEXT, count=0, nulls=95_120, min=None, max=None, distinct=0
        ),
    ],
)


def test_the_footer_round_trip_is_exact() -> None:
    footer = PROVENANCE.footer()
    assert list(footer) == [FOOTER_KEY.encode()]
    assert Provenance.model_validate_json(footer[FOOTER_KEY.encode()]) == PROVENANCE
    assert PROVENANCE.written_at.tzinfo is not None


@given(st.sampled_from(sorted(PROVENANCE.model_dump(mode="json"))), st.sampled_from([{"a": []}, [[1]], -1.5]))
def test_a_field_of_another_type_is_refused(field: str, value: object) -> None:
    document = PROVENANCE.model_dump(mode="json") | {field: value}
    if field in ("source_last_modified", "written_at") and value == -1.5:
        return  # a number is a time too
    with pytest.raises(ValidationError, match=field):
        Provenance.model_validate_json(json.dumps(document))


@given(st.integers(0, len(PROVENANCE.model_dump_json()) - 1))
def test_a_cut_document_is_refused(length: int) -> None:
    with pytest.raises(ValidationError):
        Provenance.model_validate_json(PROVENANCE.model_dump_json()[:length])


def test_a_later_program_may_add_fields() -> None:
    document = PROVENANCE.model_dump(mode="json") | {"invented_later": 1}
    assert Provenance.model_validate(document) == PROVENANCE


def test_rows_are_accounted_for() -> None:
    assert PROVENANCE.is_consistent
    assert not PROVENANCE.model_copy(update={"rows_read": 95_120}).is_consistent


def test_the_mirrored_metadata_is_short_text() -> None:
    metadata = PROVENANCE.object_metadata()
    assert metadata["lakeside-rows-written"] == "95120"
    assert metadata["lakeside-source-etag"] == '"0x8D9"'
    assert all(name.startswith("lakeside-") and isinstance(value, str) for name, value in metadata.items())
    assert sum(len(name) + len(value.encode()) for name, value in metadata.items()) < 8192  # GCS's bound
    bare = PROVENANCE.model_copy(update={"run_id": None, "source_etag": None}).object_metadata()
    assert not {"lakeside-run-id", "lakeside-source-etag"} & set(bare)
