"""BigQuery that refuses and does not stop, that says nothing, and whose login ends on the way.

What is bounded here would take Google's client ten minutes, or hours: the time limit of a test is the proof.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from google.cloud import bigquery

from lakeside.errors import AccessDenied, BackendUnavailable
from lakeside.warehouse.bigquery_client import Budget
from lakeside.warehouse.bigquery_patience import count_further_tries
from lakeside.warehouse.bigquery_publish import run_load
from tests.faults.bigquery_scene import AT_SWAP, JOBS, NEW_ROWS, UPLOAD, Scene, open_warehouse
from tests.faults.whole import GREEN, KEY, MONTH
from tests.servers.fault_proxy import Fault, run_fault_proxy
from tests.servers.tokens import TokenServer, open_login, serve_tokens

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(120)]

FOR_EVER = 10_000
SHORT = 0.5


def run_for_ever(answer: bytes) -> bytes:
    """The resource of a load job that is at work."""
    return json.dumps({**json.loads(answer), "status": {"state": "RUNNING"}}).encode()


Hurry = Callable[[], object]


def refuse_staging(hurry: Hurry) -> list[Fault]:
    """The table that was made for the load cannot be asked for its columns."""
    created = Fault("POST", "/tables", call=hurry)
    return [created, Fault("GET", "lakeside_staging", status=503, reason="backendError", times=FOR_EVER)]


def refuse_poll(hurry: Hurry) -> list[Fault]:
    """The load was taken and nobody says what becomes of it."""
    taken = Fault("PUT", UPLOAD, forwarded=True, change=run_for_ever, call=hurry)
    lost = Fault("GET", "/jobs/", status=403, reason="rateLimitExceeded", times=FOR_EVER)
    return [taken, lost]


def refuse_swap(hurry: Hurry) -> list[Fault]:
    before = Fault("POST", JOBS, skip=AT_SWAP - 1, call=hurry)
    # The fault before takes the requests it waits for and its own; this one sees those that follow.
    return [before, Fault("POST", JOBS, skip=1, status=403, reason="rateLimitExceeded", times=FOR_EVER)]


AT_STAGING = [refuse_staging, refuse_poll]  # the others know the dataset alone


@pytest.mark.parametrize("refuse", [*AT_STAGING, refuse_swap])
def test_a_refusal_that_lasts_is_given_up_and_leaves_the_old_month(
    scene: Scene, refuse: Callable[[Hurry], list[Fault]]
) -> None:
    """What comes before the refusal has all the time it wants."""
    before = scene.count_rows()
    warehouse = open_warehouse(scene.proxy)
    place = warehouse._place
    faults = refuse(lambda: object.__setattr__(place, "call_seconds", SHORT))
    for fault in faults:
        scene.proxy.add(fault)
    with pytest.raises(BackendUnavailable, match=r"test\.trips_faults.* does not answer") as caught:
        warehouse.publish_month(GREEN, MONTH, scene.more, KEY)
    assert "lakeside_staging_green_2020_10" in caught.value.message or refuse not in AT_STAGING
    assert faults[-1].hits
    assert ("INGEST__MONTHS_AT_ONCE" in caught.value.hint) == (faults[-1].reason == "rateLimitExceeded")
    scene.proxy.clear()
    assert scene.count_rows() == before
    scene.warehouse.sweep_staging(older_than_seconds=0)
    assert [table.name for table in scene.warehouse.list_tables()] == ["green", "lakeside_loads"]


@pytest.fixture
def silence(scene: Scene) -> Iterator[Fault]:
    """BigQuery takes every request and answers none."""
    released = threading.Event()
    yield scene.proxy.add(Fault("*", "/bigquery/", call=lambda: released.wait(100), cut=True, times=FOR_EVER))
    scene.proxy.clear()
    released.set()


def test_silence_is_given_up(scene: Scene, silence: Fault) -> None:
    """An upload and a job would be waited for as long as the job may take, and then asked for again."""
    warehouse = open_warehouse(scene.proxy, call_seconds=SHORT)
    place = warehouse._place
    with pytest.raises(BackendUnavailable, match=r"test\.trips_faults does not answer"):
        warehouse.publish_month(GREEN, MONTH, scene.more, KEY)
    with pytest.raises(BackendUnavailable, match=r"test\.trips_faults does not answer"):
        place.run_query("SELECT 1", Budget.of("publish", 0))
    silence.hits = 0
    with pytest.raises(BackendUnavailable, match=r"test\.trips_faults\.green does not answer"):
        run_load(place, (scene.more, KEY), "green", "lakeside-load-", bigquery.LoadJobConfig())
    assert silence.hits == 1 + count_further_tries(SHORT)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with serve_tokens() as server:
        yield server


def test_a_login_that_ends_within_a_load_and_at_the_swap_is_renewed(
    scene: Scene, tokens: TokenServer
) -> None:
    at_upload = Fault("PUT", UPLOAD, "token-0", status=401, reason="authError", times=FOR_EVER)
    at_swap = Fault("POST", JOBS, "token-1", skip=AT_SWAP, status=401, reason="authError", times=FOR_EVER)
    scene.proxy.add(at_upload)
    scene.proxy.add(at_swap)
    open_warehouse(scene.proxy, open_login(tokens)).publish_month(GREEN, MONTH, scene.more, KEY)
    assert (at_upload.hits, at_swap.hits) == (1, 1)
    assert tokens.given == ["token-0", "token-1", "token-2"]
    assert scene.count_rows() == (NEW_ROWS, NEW_ROWS)


def test_a_login_that_ends_and_cannot_be_renewed_leaves_the_old_month(
    scene: Scene, tokens: TokenServer
) -> None:
    before = scene.count_rows()

    def revoke() -> None:
        tokens.is_revoked = True

    ended = Fault("PUT", UPLOAD, "token-0", call=revoke, status=401, reason="authError", times=FOR_EVER)
    scene.proxy.add(ended)
    with pytest.raises(AccessDenied, match=r"lakeside_staging_green_2020_10.* may not be used") as caught:
        open_warehouse(scene.proxy, open_login(tokens)).publish_month(GREEN, MONTH, scene.fewer, KEY)
    assert "gcloud auth" in caught.value.hint
    scene.proxy.clear()
    assert scene.count_rows() == before


NOT_BIGQUERY = r"test\.trips_faults: what answers is not BigQuery"


def test_what_answers_in_bigquerys_place_is_named(scene: Scene) -> None:
    """Redirects in a circle, and a page that asks for a login of another kind."""
    here = {"Location": f"{scene.proxy.url}/bigquery/v2/again"}
    page = Fault("*", "/bigquery/", status=200, answer=b"<html>Log in</html>", times=FOR_EVER)
    for fault in (Fault("*", "/bigquery/", status=302, headers=here, times=FOR_EVER), page):
        scene.proxy.clear()
        scene.proxy.add(fault)
        with pytest.raises(BackendUnavailable, match=NOT_BIGQUERY):
            open_warehouse(scene.proxy).publish_month(GREEN, MONTH, scene.more, KEY)


def test_a_redirect_to_another_host_is_not_given_the_login(scene: Scene, tokens: TokenServer) -> None:
    with run_fault_proxy(scene.proxy.target) as other:
        other.add(Fault("*", "/", status=401, reason="authError", times=FOR_EVER))
        there = {"Location": f"{other.url}/bigquery/"}
        scene.proxy.add(Fault("*", "/bigquery/", status=307, headers=there, times=FOR_EVER))
        with pytest.raises(AccessDenied, match=r"test\.trips_faults may not be used"):
            open_warehouse(scene.proxy, open_login(tokens)).publish_month(GREEN, MONTH, scene.more, KEY)
        assert other.requests
        assert (scene.proxy.tokens, other.tokens) == (set(tokens.given), set())
