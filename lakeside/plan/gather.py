"""Gather the evidence of each month: which source a run would take, what it says, what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lakeside.coverage import Found, MonthCoverage, SourceState, find_source_state
from lakeside.datasets import Dataset
from lakeside.errors import LakesideError, SourceMissing
from lakeside.ingest.previous import find_change, policy_of
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.plan.evidence import Evidence, SourceAnswer
from lakeside.plan.probing import Answer, Question, probe_months
from lakeside.plan.request import Attempt, Mode, PlanRequest
from lakeside.services import Services
from lakeside.sources.probe import SourceName, SourceProbe

_ALWAYS_DUE = (SourceName.SAMPLE, SourceName.ARCHIVE)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """The evidence of one request. `current` is the month it is now."""

    request: PlanRequest
    dataset: Dataset
    services: Services
    found: Found
    current: Month

    def ask_sources(self, months: Sequence[Month], seconds: float) -> dict[Month, SourceAnswer]:
        """What the source of each month says of it; asked only where the answer can matter."""
        settled = {month: self._settle(month) for month in months}
        questions = [
            Question(self.dataset, month, self._whom_to_ask(month, source))
            for month, source in settled.items()
            if isinstance(source, SourceName) and self._is_worth_asking(month, source)
        ]
        at_once = self.services.settings.sources.probes_at_once
        answers = probe_months(self.services.sources, questions, seconds, at_once)
        return {month: self._read(month, settled[month], answers) for month in months}

    def gather(self, covered: MonthCoverage, answer: SourceAnswer, attempt: Attempt | None) -> Evidence:
        """Everything known of a month."""
        place = (self.dataset.name, covered.month)
        provenance, stored = self._provenance(covered.month), self.found.objects.get(place)
        return Evidence(
            covered=covered,
            answer=answer,
            contract_today=self.dataset.version,
            provenance=provenance,
            publication=self.found.publications.get(place),
            attempt=attempt,
            change=self._find_change(provenance, answer.probe),
            object_version=stored.version if stored else None,
        )

    def _provenance(self, month: Month) -> Provenance | None:
        return self.found.find_provenance(self.dataset.name, month)

    def _whom_to_ask(self, month: Month, settled: SourceName) -> SourceName:
        """`auto` where a run would look from source to source, else the settled one."""
        keeps = self._provenance(month) is not None and self.request.mode is not Mode.ALL
        return settled if keeps else self.request.source

    def _settle(self, month: Month) -> SourceName | SourceMissing:
        """The source a run would take, as ingest settles it."""
        try:
            chosen = self.services.sources.choose(self.dataset, month, self.request.source)
        except SourceMissing as error:
            return error
        provenance = self._provenance(month)
        keeps = self.request.source is SourceName.AUTO and self.request.mode is not Mode.ALL
        if keeps and provenance is not None and provenance.source == SourceName.LAKE:
            return SourceMissing(
                f"{self.dataset.name} {month} was adopted from {provenance.source_url}.",
                "Choose a source and the mode that makes everything anew to replace it.",
            )
        if keeps and provenance is not None and not provenance.synthetic:
            return SourceName(provenance.source)
        return chosen

    def _is_worth_asking(self, month: Month, source: SourceName) -> bool:
        """Not of a month that has not ended, and not of another source than fed what stays as it is."""
        if source not in _ALWAYS_DUE and month >= self.current:
            return False
        provenance = self._provenance(month)
        return self.request.mode is Mode.ALL or provenance is None or provenance.source == source

    def _read(
        self, month: Month, settled: SourceName | SourceMissing, answers: Mapping[Month, Answer]
    ) -> SourceAnswer:
        if isinstance(settled, SourceMissing):
            return SourceAnswer(SourceState.NEVER, error=settled)
        answer = answers.get(month)
        if isinstance(answer, SourceProbe):
            settled = answer.source
        due = SourceState.PUBLISHED
        if settled not in _ALWAYS_DUE:
            due = find_source_state(self.dataset, month, self.current)
        if isinstance(answer, LakesideError):
            return SourceAnswer(due, settled, error=answer)
        return SourceAnswer(due, settled, probe=answer)

    def _find_change(self, provenance: Provenance | None, probe: SourceProbe | None) -> str | None:
        if provenance is None or probe is None or provenance.source != probe.source:
            return None
        policy = policy_of(self.dataset, self.services.settings.ingest.column_policy)
        return find_change(provenance, probe, self.dataset, policy)
