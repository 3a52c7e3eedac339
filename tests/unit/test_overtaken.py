"""A month that another process replaces between publishing and checking is that process's to answer for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lakeside.errors import ContractViolation
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, load_month, run_month
from lakeside.progress import MonthState, Progress, Stage
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

REQUEST = MonthRequest("green", Month(2020, 10), SourceName.SAMPLE)


def services_of(settings: Settings, rows: int) -> Services:
    sources = settings.sources.model_copy(update={"sample_rows": rows})
    return open_services(settings.model_copy(update={"sources": sources}))


@pytest.mark.parametrize("loads", [True, False], ids=["object and table", "object only"])
def test_a_month_replaced_before_its_check_is_no_mismatch(settings: Settings, loads: bool) -> None:
    ours, theirs = services_of(settings, 300), services_of(settings, 200)

    def overtake(progress: Progress) -> None:
        if progress.stage is Stage.CHECK:
            run_month(replace(REQUEST, force=True, load=loads), theirs)

    result = run_month(REQUEST, ours, overtake)
    assert (result.state, result.warehouse_rows) == (MonthState.PUBLISHED, 300)
    load_month(REQUEST, theirs)
    assert theirs.warehouse.count_months() == {("green", Month(2020, 10)): 200}


def test_a_table_that_differs_without_another_process_is_a_mismatch(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = services_of(settings, 300)
    run_month(replace(REQUEST, load=False), services)
    footer = services.lake.read_footer(data_key("green", Month(2020, 10)))
    assert footer.provenance is not None
    warehouse = services.warehouse
    ask = warehouse.open_month
    monkeypatch.setattr(warehouse, "open_month", lambda dataset, month: ask(dataset, month.plus(1)))
    with pytest.raises(ContractViolation, match="does not reconcile"):
        load_month(REQUEST, services)
