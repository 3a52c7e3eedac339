"""Everything a month is judged by, gathered: pure data between looking and judging."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.coverage import MonthCoverage, SourceState
from lakeside.errors import LakesideError
from lakeside.lake.provenance import Provenance
from lakeside.plan.plan import Observed
from lakeside.plan.request import Attempt
from lakeside.sources.probe import SourceName, SourceProbe
from lakeside.warehouse.protocol import Publication


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What a source said of a month.

    `source` is None where none ever publishes the month; `error` then says so. `due` is what the calendar
    says of that source. Neither `probe` nor `error`: it was not asked, because the answer cannot matter.
    """

    due: SourceState
    source: SourceName | None = None
    probe: SourceProbe | None = None
    error: LakesideError | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One month as it was found.

    `change` is what changed at the source or in the contract since the object was written, as a sentence;
    `contract_today` the dataset's version; `object_version` the lake object's.
    """

    covered: MonthCoverage
    answer: SourceAnswer
    contract_today: int
    provenance: Provenance | None = None
    publication: Publication | None = None
    attempt: Attempt | None = None
    change: str | None = None
    object_version: str | None = None

    @property
    def has_object(self) -> bool:
        """The lake has something under the month's key."""
        return self.covered.key is not None

    @property
    def is_other_contract(self) -> bool:
        """The object was written under another version of the contract."""
        written = self.provenance.contract_version if self.provenance else self.contract_today
        return written != self.contract_today

    @property
    def is_fed_by_another(self) -> bool:
        """Another source than the one that would be asked fed the object."""
        return self.provenance is not None and self.provenance.source != self.answer.source

    @property
    def observed(self) -> Observed:
        """What the plan's token covers."""
        answer, probe, attempt = self.answer, self.answer.probe, self.attempt
        return Observed(
            source=answer.source.value if answer.source else None,
            url=probe.url if probe else None,
            etag=probe.etag if probe else None,
            size_bytes=probe.size_bytes if probe else None,
            last_modified=probe.last_modified.isoformat() if probe and probe.last_modified else None,
            source_fault=type(answer.error).__name__ if answer.error else None,
            object_version=self.object_version,
            content_id=self.provenance.content_id if self.provenance else None,
            contract_version=self.provenance.contract_version if self.provenance else None,
            contract_today=self.contract_today,
            table_content_id=self.publication.content_id if self.publication else None,
            table_rows=self.covered.warehouse_rows,
            attempt_run_id=attempt.run_id if attempt else None,
            attempt_state=("active" if attempt.is_active else attempt.state) if attempt else None,
        )
