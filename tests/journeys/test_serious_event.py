"""A serious event from the bedside to the authority, as people click and type it.

Its pictures are the manual's.
"""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from randomization.arms import arm_of
from randomization.models import CodeBreak
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.notices.services.delivery import deliver_due
from safety.models import SentReport
from tests.journeys.answers import at
from tests.journeys.hand import Hand
from tests.people import PASSWORD, STAGE, person
from tests.randomization import stage
from tests.record.notices.postbox import Postbox, postbox
from trial_edc import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
SECRETS = re.compile(r"embolism|heparin|\bMSC\b(?!-001)|saline", re.IGNORECASE)


@pytest.fixture
def staff(db: None) -> dict[str, Any]:
    """The users of the story; each signs in with the password."""
    stage.open_study()
    names = {
        "BN": ("liu.fang", "Liu Fang"),
        "IN": ("zhang.min", "Zhang Min"),
        "PI": ("zhao.yan", "Zhao Yan"),
        "SO": ("gao.jie", "Gao Jie"),
    }
    return {
        role: person(role, username=name, full_name=full, password=PASSWORD)
        for role, (name, full) in names.items()
    }


@pytest.fixture
def infused(staff: dict[str, Any]) -> Participant:
    """A randomized participant whose infusion has begun."""
    who = stage.randomized_participant()
    started = clock.now().replace(second=0, microsecond=0)
    bedside = stage.form_of(who, "INF", "D0")
    save(bedside, {"given": "given", "started_at": started}, by=STAGE)
    return who


@pytest.fixture
def box(settings: Any, unused_tcp_port: int) -> Any:
    """A real mail server on loopback, to which all mail goes."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = unused_tcp_port
    with postbox(unused_tcp_port) as mail_server:
        yield mail_server


def mail(box: Postbox) -> list[str]:
    """Let the outbox deliver; return the subjects that arrived since."""
    before = len(box.subjects)
    deliver_due()
    assert not any(SECRETS.search(text) for text in (*box.texts, *box.subjects))
    return box.subjects[before:]


def note_event(hand: Hand, number: str) -> None:
    """Enter a serious event at the bedside and leave it a draft."""
    hand.row(number, "AE")
    hand.enter({"term": "Pulmonary embolism", "onset": at(), "serious": "Y"})
    hand.press("Save draft")
    expect(hand.page.locator(".form-state")).to_contain_text("Draft")


def assess_event(hand: Hand) -> None:
    hand.open("/safety/reports/")
    hand.link("Pulmonary embolism")
    hand.on_form("AE")
    hand.enter(
        {
            "seriousness": ["life_threatening"],
            "grade": "4",
            "caused_by_infusion": "possible",
        }
    )
    hand.press("Save draft")
    expect(hand.page.locator(".form-state")).to_contain_text("revision 2")


def send(hand: Hand) -> None:
    hand.open("/safety/reports/")
    hand.link("1 · Initial")
    hand.on_form("SAE")
    hand.enter({"aware_at": at(), "narrative": "突发呼吸困难, heparin was given."})
    hand.press("Save draft")
    hand.open("/safety/reports/")
    hand.picture("24-serious-events")
    hand.press("Send")
    messages = hand.page.locator("#messages")
    expect(messages).to_contain_text("went to the safety officers")


def judge_for_sponsor(hand: Hand) -> None:
    """Assess the version as a SUSAR, from My work."""
    hand.link("Pulmonary embolism · Initial")
    hand.on_form("SPA")
    judged = {"causality_sponsor": "possible", "expected_per_rsi": "N"}
    hand.enter({**judged, "rsi_version": "1.0"})
    hand.press("Save draft")
    hand.open("/safety/cases/")
    expect(hand.page.locator("main tbody")).to_contain_text("7 days")
    hand.picture("25-cases")


def test_serious_event_reaches_the_authority(
    page: Page, live_server: Any, box: Postbox, staff: Any, infused: Participant
) -> None:
    number = infused.number
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)
    hand.sign_in(staff["BN"])
    note_event(hand, number)

    messages = mail(box)
    assert set(messages) == {f"Serious adverse event: {number}"}
    assert len(messages) >= len({"PI", "SO"})

    hand.sign_in(staff["IN"])
    assess_event(hand)
    send(hand)
    assert mail(box)[-1] == f"Report received: {number}"
    assert SentReport.objects.count() == 1

    hand.sign_in(staff["SO"])
    judge_for_sponsor(hand)

    hand.sign_in(staff["PI"])
    hand.open("/safety/reports/")
    address = page.get_by_role("link", name="PDF, blinded").get_attribute("href")
    blinded = page.context.request.get(live_server.url + str(address))
    assert blinded.headers["content-type"] == "application/pdf"
    assert blinded.body().startswith(b"%PDF-")
    assert not CodeBreak.objects.exists()

    hand.sign_in(staff["SO"])
    hand.open("/safety/cases/")
    hand.link("Unblinded…")
    page.get_by_label("What makes it necessary").fill("SUSAR, fatal risk")
    page.get_by_label("Who is told the arm").fill("NMPA")
    hand.confirm(staff["SO"])
    hand.picture("26-unblinded-cioms")
    with page.expect_response(
        lambda response: response.request.method == "POST"
    ) as report:
        hand.press("Break the code and make the form")
    assert report.value.headers["content-type"] == "application/pdf"
    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.recorded_by) == ("susar", staff["SO"])
    assert str(arm_of(infused)) not in str(vars(entry))
    assert f"Code break for participant {number}" in mail(box)
