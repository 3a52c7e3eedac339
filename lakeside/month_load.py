"""Lake -> warehouse of one month, done only where it is needed, and checked."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakeside.checks.after_load import MonthChecks
from lakeside.checks.facts import Surroundings
from lakeside.checks.reconcile import require_passed
from lakeside.datasets import get_dataset
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.month import Month
from lakeside.progress import Stage, StageReporter
from lakeside.services import Services
from lakeside.warehouse.protocol import Publication

if TYPE_CHECKING:
    from lakeside.pipeline import MonthRequest

logger = logging.getLogger(__name__)

FRESH_SECONDS = 15.0


class LoadedMonths:
    """What the warehouse has of every month, asked once for the months of a command.

    It is asked again when the answer is older than `fresh_seconds`, and knows what was published through it
    meanwhile. It only says which months need no load: a load is judged by what it finds itself. Threads
    may share it; a month that another process removes within those seconds still counts as loaded.
    """

    def __init__(self, services: Services, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._services = services
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._asked_at = 0.0
        self._known: Surroundings | None = None

    def get(self) -> Surroundings:
        """Rows and publication of every month; BackendUnavailable, AccessDenied from the warehouse."""
        with self._lock:
            now = time.monotonic()
            if self._known is None or now - self._asked_at > self._fresh_seconds:
                self._known, self._asked_at = Surroundings.ask(self._services), now
            return self._known

    def add(self, publication: Publication) -> Surroundings:
        """The same with a month that was just published."""
        known = self.get()
        with self._lock:
            self._known = (self._known or known).with_publication(publication)
            return self._known


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """One month on its way from the lake's object into the table."""

    request: MonthRequest
    services: Services
    footer: Footer
    loaded: LoadedMonths

    def run(self, reporter: StageReporter) -> tuple[bool, int]:
        """(whether rows were loaded, rows of the month in the table).

        Raises:
            ContractViolation: the audit, a gate or a check found the month to be other than it should be.
            LakesideError: of any other kind, from the lake or the warehouse.
        """
        reporter.enter(Stage.LOAD, self.footer.rows)
        around = self.loaded.get()
        dataset, month = get_dataset(self.request.dataset), self.request.month
        checks = MonthChecks(self.services, dataset, month, self.request.run_id)
        if not self.request.force and self._is_published(around):
            if self._place in around.unchecked:  # whoever published it was killed before the check
                reporter.enter(Stage.CHECK, self.footer.rows)
                self._check(checks, around, around.publications[self._place])
            return False, self.footer.rows
        gate = checks.make_gate(around)
        key = data_key(dataset.name, month)
        publication = self.services.warehouse.publish_month(dataset, month, self.services.lake, key, gate)
        around = self.loaded.add(publication)
        reporter.enter(Stage.CHECK, publication.rows)
        self._check(checks, around, publication)
        return True, publication.rows

    def _check(self, checks: MonthChecks, around: Surroundings, publication: Publication) -> None:
        results = checks.run(around)
        if any(r.is_red for r in results) and self._is_overtaken(publication):
            # What was published passed its audit; the figures compared here are of another process's month,
            # which checks them itself.
            logger.warning("%s was replaced by another process right after it was published", self.request)
            return
        checks.keep(results)
        require_passed(results, str(self.request))

    def _is_overtaken(self, publication: Publication) -> bool:
        """Has the object or the table's month been replaced since this publication?"""
        stored = self.services.lake.read_footer(publication.lake_key).provenance
        in_table = self.services.warehouse.list_publications().get(self._place)
        found = {stored.content_id if stored else None, in_table.content_id if in_table else None}
        return found != {publication.content_id}

    def _is_published(self, around: Surroundings) -> bool:
        publication, provenance = around.publications.get(self._place), self.footer.provenance
        if publication is None or provenance is None or publication.content_id != provenance.content_id:
            return False
        return around.counts.get(self._place) == self.footer.rows and self._place not in around.disagreeing

    @property
    def _place(self) -> tuple[str, Month]:
        return get_dataset(self.request.dataset).name, self.request.month
