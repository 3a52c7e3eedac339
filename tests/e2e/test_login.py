"""People who log in at a real OpenID provider: who sees what, what is refused, and how it ends."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lakeside.month import Month
from lakeside.people.audit_reading import AuditEntry, AuditFilter, read_audit
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from tests.e2e.axe_scan import Findings
from tests.e2e.conftest import start_console
from tests.e2e.visitor import Visitor, visit
from tests.servers.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider, serve_identity

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

DAY = 86_400
PEOPLE = {
    "ada": {"email": "Ada@example.com", "email_verified": True},
    "vic": {"email": "vic@views.example", "email_verified": True},
    "olga": {"email": "olga@elsewhere.example", "resource": {"roles": ["other", "ops"]}},
    "mallory": {"email": "ada@example.com", "email_verified": False},
    "rip": {"email": "ada@example.com", "email_verified": True, "iat": int(time.time()) - 2 * DAY},
}


@dataclass(frozen=True)
class Guarded:
    """A console where everybody has to log in."""

    url: str
    home: Path
    provider: IdentityProvider

    def list_entries(self) -> list[AuditEntry]:
        """The audit log as it is on the disk."""
        return read_audit(open_services(Settings(home=self.home)), AuditFilter()).entries


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Its own console, with one month to look at."""
    home = tmp_path_factory.mktemp("guarded")
    services = open_services(Settings(home=home, sources={"sample_rows": 1000}))
    for force in (False, True):  # two versions, so that one can be restored
        run_month(MonthRequest("green", Month(2024, 1), SourceName.SAMPLE, force=force), services)
    secret = home / "client-secret"
    secret.write_text(CLIENT_SECRET + "\n")
    with serve_identity(PEOPLE) as provider:
        settings = {
            "LAKESIDE_PEOPLE__CLIENT_ID": CLIENT_ID,
            "LAKESIDE_PEOPLE__CLIENT_SECRET_FILE": str(secret),
            "LAKESIDE_PEOPLE__METADATA_URL": provider.metadata_url,
            "LAKESIDE_PEOPLE__ADMINS": json.dumps(["ada@example.com"]),
            "LAKESIDE_PEOPLE__VIEWERS": json.dumps(["@views.example"]),
            "LAKESIDE_PEOPLE__ROLE_CLAIM": "resource.roles",
            "LAKESIDE_PEOPLE__ROLE_NAMES": json.dumps({"ops": "operator"}),
        }
        with start_console(home, settings) as url:
            yield Guarded(url, home, provider)


def test_people_see_and_do_what_their_role_says(guarded: Guarded, browser: Browser) -> None:
    texts: list[str] = []

    def look(place: str, findings: Findings) -> None:
        visitor.rest()
        findings.look(visitor, place)
        texts.append(visitor.page.content())

    outside, inside = Findings(), Findings()  # the frame is judged in the first place of each

    with visit(browser, guarded.url) as visitor:
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.go("lake?object=data/green/green_tripdata_2024-01.parquet&tab=rows")
        expect(visitor.page.get_by_text("Nobody is logged in.")).to_be_visible()
        look("the login", outside)
        assert "green_tripdata" not in visitor.text()
        log_in(visitor, "vic")
        frame = visitor.page.get_by_test_id("stSidebar")
        expect(frame.get_by_text("vic@views.example")).to_be_visible()
        expect(frame.get_by_text("viewer", exact=True)).to_be_visible()
        expect(frame.get_by_role("link", name="Audit")).to_have_count(0)
        visitor.go("checks?dataset=green&month=2024-01")
        again = visitor.page.get_by_role("button", name="Check green 2024-01")
        expect(again).to_be_disabled()
        again.hover(force=True)
        expect(visitor.page.get_by_role("tooltip")).to_contain_text("takes the role operator")
        visitor.shoot("login-viewer")
        visitor.go("audit")
        expect(visitor.page.get_by_role("alert")).to_contain_text("may not read the audit log")
        look("a page that is refused", inside)
        visitor.page.get_by_role("button", name="Log out").click()
        expect(visitor.page.get_by_text("Nobody is logged in.")).to_be_visible()
        visitor.shoot("login-page")
        assert guarded.provider.logged_out[0].count(".") == 2  # the token that says who is to be logged out
        log_in(visitor, "ada")
        expect(visitor.page.get_by_test_id("stSidebar").get_by_text("admin", exact=True)).to_be_visible()
        visitor.go("checks?dataset=green&month=2024-01")
        visitor.page.get_by_role("button", name="Check green 2024-01").click()
        expect(visitor.page.get_by_text("did not pass")).to_be_visible()
        visitor.go("audit")
        expect(visitor.page.get_by_role("cell", name="ada@example.com (admin)")).to_be_visible()
        visitor.shoot("login-audit")
        look("audit with rows", inside)
        visitor.go("lake?object=data/green/green_tripdata_2024-01.parquet&tab=versions")
        visitor.page.get_by_role("button", name=re.compile("^Restore ")).click()
        expect(visitor.page.get_by_role("dialog")).to_be_visible()
        look("the question before a version is restored", inside)
        visitor.shoot("restore-light")
        visitor.page.get_by_role("button", name="Keep it as it is").click()
        strip_provider(visitor, guarded.provider)
    outside.check()
    inside.check()
    for secret in (CLIENT_SECRET, (guarded.home / "console" / "cookie-secret").read_text().strip()):
        assert secret and not any(secret in text for text in texts)
        held = [path for path in guarded.home.rglob("*") if path.is_file() and secret in read_words(path)]
        assert {path.name for path in held} <= {"client-secret", "cookie-secret"}
    done, refused = guarded.list_entries()
    assert (done.who, done.role, done.what, done.result) == (
        "ada@example.com",
        "admin",
        "checks.run",
        "done",
    )
    assert done.parameters == {"dataset": "green", "month": "2024-01"} and done.address == "127.0.0.1"
    assert (refused.who, refused.what, refused.result) == ("vic@views.example", "audit.read", "refused")
    assert guarded.provider.refused == []


def test_a_role_comes_from_a_claim_and_never_from_an_e_mail_nobody_verified(
    guarded: Guarded, browser: Browser
) -> None:
    with visit(browser, guarded.url, "dark") as visitor:
        visitor.go()
        log_in(visitor, "mallory")
        expect(visitor.page.get_by_text("has not verified the e-mail")).to_be_visible()
        visitor.page.get_by_role("button", name="Log out").click()
        expect(visitor.page.get_by_text("Nobody is logged in.")).to_be_visible()
        log_in(visitor, "rip")
        expect(visitor.page.get_by_text("You logged in more than 12 hours ago.")).to_be_visible()
        visitor.shoot("login-expired-dark")
        log_in(visitor, "olga")
        frame = visitor.page.get_by_test_id("stSidebar")
        expect(frame.get_by_text("operator", exact=True)).to_be_visible()
        expect(frame.get_by_text("subject id-of-olga")).to_be_visible()
        strip_provider(visitor, guarded.provider)


def read_words(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def log_in(visitor: Visitor, person: str) -> None:
    """Through the provider's page and back."""
    visitor.page.get_by_role("button", name="Log in").click()
    visitor.page.get_by_role("link", name=person).click()
    visitor.page.wait_for_url(f"{visitor.url}/**")
    visitor.rest()


def strip_provider(visitor: Visitor, provider: IdentityProvider) -> None:
    """Going to the provider is what a login is; the console itself asks nobody else."""
    visitor.foreign_requests = [url for url in visitor.foreign_requests if not url.startswith(provider.url)]
