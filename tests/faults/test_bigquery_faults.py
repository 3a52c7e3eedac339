"""BigQuery that refuses, fails, cuts and loses answers, by a proxy before the emulator."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError, LimitExceeded, NotFound
from lakeside.warehouse.figures import compare_figures
from tests.faults.bigquery_scene import (
    AT_SWAP,
    JOBS,
    NEW_ROWS,
    OLD_ROWS,
    UPLOAD,
    Scene,
    fail_at_its_end,
    start_and_fail,
)
from tests.faults.whole import GREEN, KEY, MONTH
from tests.servers.fault_proxy import Fault

pytestmark = pytest.mark.emulator

FAILURES: dict[str, tuple[list[Fault], type[LakesideError], bool]] = {
    "quota spent": (
        [Fault("POST", JOBS, skip=AT_SWAP, status=403, reason="quotaExceeded", times=9)],
        LimitExceeded,
        False,
    ),
    "rights lost": (
        [Fault("POST", JOBS, skip=AT_SWAP, status=403, reason="accessDenied", times=9)],
        AccessDenied,
        False,
    ),
    "load job fails at its end": (
        [Fault("PUT", UPLOAD, forwarded=True, change=fail_at_its_end)],
        BackendUnavailable,
        True,
    ),
    "swap fails after it started": (
        [
            Fault("POST", JOBS, skip=AT_SWAP, reply=start_and_fail),
            Fault("GET", "lakeside-publish", status=400, reason="jobBackendError", times=9),
        ],
        BackendUnavailable,
        True,
    ),
}


@pytest.mark.parametrize(("faults", "error", "retryable"), FAILURES.values(), ids=FAILURES)
def test_a_publication_that_fails_leaves_the_old_month_and_no_staging(
    scene: Scene, faults: list[Fault], error: type[LakesideError], retryable: bool
) -> None:
    before = scene.count_rows()
    made = [scene.proxy.add(replace(fault)) for fault in faults]
    with pytest.raises(error) as caught:
        scene.publish(scene.more)
    assert caught.value.retryable is retryable
    assert all(fault.hits for fault in made)
    scene.proxy.clear()
    assert scene.count_rows() == before
    assert scene.warehouse.sweep_staging(older_than_seconds=0) == 0


def test_what_passes_is_not_seen_and_nothing_is_loaded_twice(scene: Scene) -> None:
    """Refusals that pass, a poll that is cut, and a staging table that cannot be dropped at the end."""
    faults = [
        scene.proxy.add(Fault("GET", "datasets/", status=503, reason="backendError")),
        scene.proxy.add(Fault("POST", JOBS, status=403, reason="rateLimitExceeded")),
        scene.proxy.add(Fault("GET", "lakeside-publish", cut=True)),
        scene.proxy.add(Fault("DELETE", "lakeside_staging", status=403, reason="accessDenied", times=9)),
    ]
    scene.publish(scene.more)
    assert all(fault.hits for fault in faults)
    assert scene.count_rows() == (NEW_ROWS, NEW_ROWS)
    scene.proxy.clear()
    assert scene.warehouse.sweep_staging(older_than_seconds=0) == 1


def test_a_swap_whose_answer_is_lost_is_done_once(scene: Scene) -> None:
    lost = scene.proxy.add(Fault("POST", JOBS, skip=AT_SWAP, forwarded=True, cut=True))
    scene.publish(scene.more)
    assert lost.hits == 1
    assert scene.count_rows() == (NEW_ROWS, NEW_ROWS)


def test_a_load_whose_answer_is_lost_is_waited_for(scene: Scene) -> None:
    """The client starts it again under the same name, and BigQuery says that it exists.

    bqemulator 1.4.0 forgets the names of uploaded jobs, so what `jobs.get` documents is answered here.
    """
    reference = {"projectId": "test", "jobId": "lakeside-load", "location": "US"}
    job = {"jobReference": reference, "configuration": {"jobType": "LOAD", "load": {}}, "statistics": {}}
    done = json.dumps({**job, "status": {"state": "DONE"}}).encode()
    taken = scene.proxy.add(Fault("PUT", UPLOAD, forwarded=True, status=409, reason="duplicate"))
    asked = scene.proxy.add(Fault("GET", "jobs/lakeside-load-green-2020-10", status=200, answer=done))
    scene.publish(scene.fewer)
    assert (taken.hits, asked.hits) == (1, 1)
    assert scene.count_rows() == (OLD_ROWS, OLD_ROWS)


def test_a_table_that_is_deleted_meanwhile_is_made_again_by_the_next_run(scene: Scene) -> None:
    dataset = scene.warehouse.location.partition(".")[2]
    table = f"{scene.proxy.target}/bigquery/v2/projects/test/datasets/{dataset}/tables/green"
    scene.proxy.add(Fault("POST", JOBS, skip=AT_SWAP, call=lambda: httpx.delete(table).raise_for_status()))
    with pytest.raises(NotFound, match="green"):
        scene.publish(scene.more)
    assert ("green", MONTH) not in scene.warehouse.count_months()
    scene.publish(scene.more)
    assert scene.count_rows() == (NEW_ROWS, NEW_ROWS)
    provenance = scene.more.read_footer(KEY).provenance
    assert provenance is not None
    assert compare_figures(provenance.columns, scene.warehouse.measure_month(GREEN, MONTH)) == []
