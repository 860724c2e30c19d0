"""A death on day 5, at tablet width: what it stops, and how it is taken back."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from tests.journeys.hand import Hand
from tests.outcomes import course
from tests.people import PASSWORD, person
from tests.visits import stage
from trial_edc import clock, dates
from visits.schedule.selectors import schedule

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TABLET = {"width": 820, "height": 1180}
LATER = ("D5", "D6", "D7", "D10", "D14", "D21", "D28", "M3")


@pytest.fixture
def participant() -> Participant:
    """On day 5 after infusion 1, seen every day so far."""
    participant = stage.infused(ago=5)
    for visit, ago in (("D0", 5), ("D1", 4), ("D2", 3), ("D3", 2), ("D4", 1)):
        stage.attend(participant, visit, ago=ago)
    return participant


@pytest.fixture
def hand(page: Page, live_server) -> Hand:
    page.set_viewport_size(TABLET)
    return Hand(page, live_server.url, takes_pictures=False)


def states(participant: Participant) -> dict[str, str]:
    """The statuses of the visits from day 5 on."""
    return {code: schedule(participant).visit(code).status.value for code in LATER}


def work(hand: Hand) -> list[str]:
    """The first words of each line of My work."""
    hand.open("/")
    lines = hand.page.locator("main tbody tr").all_inner_texts()
    return [" ".join(line.split()) for line in lines]


def record_death(hand: Hand, participant: Participant) -> None:
    """Type the date of death, read what will follow, and save it as a draft."""
    page = hand.page
    hand.casebook(participant.number)
    hand.link("Record a death", exact=True)
    hand.on_form("DTH")
    hand.enter({"death_on": clock.today().isoformat()})
    hand.press("Save draft")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("A death acts at once, also as a draft.")
    for line in ("Day 7", "Not required · Death", "stop at once", "fatal and serious"):
        expect(alert).to_contain_text(line)
    assert not FormInstance.objects.filter(code="DTH").exists()
    page.get_by_label("Save it, with all that moves").check()
    hand.press("Save draft")
    expect(page.locator(".form-state")).to_contain_text("Draft")


def revoke(hand: Hand, participant: Participant) -> None:
    page = hand.page
    hand.casebook(participant.number)
    page.locator('.forms-once a[data-code="DTH"]').click()
    page.get_by_text("Revoke this form…").click()
    page.locator("#strike-code").select_option(index=1)
    page.locator("#strike-text").fill("It was the neighbour in the next bed.")
    hand.press("Revoke")
    expect(page.locator("main")).to_contain_text("It was the neighbour")


@pytest.mark.verifies("WIN-05", "SAF-01")
def test_death_on_day_5_stops_what_was_awaited_until_it_is_revoked(hand, participant):
    coordinator, investigator = (
        person(role, password=PASSWORD) for role in ("CO", "IN")
    )
    officer = person("SO")
    before = states(participant)
    hand.sign_in(coordinator)
    awaited = work(hand)
    assert [line for line in awaited if " Visit S-" in line and "Day 5" in line]

    record_death(hand, participant)

    assert states(participant) == dict.fromkeys(LATER, "not_required")
    (report,) = course.forms(participant, "SAE")
    assert report.due_on == dates.site_date(report.created_at + timedelta(hours=24))
    notices = Message.objects.filter(occasion="serious_event")
    assert {notice.recipient for notice in notices} == {officer}
    assert not [line for line in work(hand) if " Visit S-" in line]
    assert [line for line in work(hand) if "To record" in line and "End of" in line]
    hand.casebook(participant.number)
    expect(hand.page.locator(".strip")).to_contain_text("Died")
    expect(hand.page.locator(".strip")).to_contain_text("No visit awaited")
    idle = hand.page.locator('a[data-code="VIS"][data-visit="D7"] .status')
    expect(idle).to_have_accessible_name("Not required")
    expect(hand.page.get_by_text("Revoke this form…")).to_have_count(0)

    hand.sign_in(investigator)
    revoke(hand, participant)

    assert states(participant) == before
    forms = {
        code: course.forms(participant, code) for code in ("DTH", "AE", "SAE", "EOS")
    }
    assert forms == {"DTH": [], "AE": [], "SAE": [], "EOS": []}
    hand.sign_in(coordinator)
    assert work(hand) == awaited
    hand.casebook(participant.number)
    expect(hand.page.locator(".strip")).not_to_contain_text("Died")


def test_revoked_death_names_what_somebody_has_worked_on(hand, participant):
    coordinator, investigator = (
        person(role, password=PASSWORD) for role in ("CO", "IN")
    )
    hand.sign_in(coordinator)
    record_death(hand, participant)
    hand.casebook(participant.number)
    hand.page.locator('.logs a[data-code="AE"]').click()
    hand.page.locator("table.log tbody a").first.click()
    hand.on_form("AE")
    hand.enter({"term": "Septic shock"})
    hand.press("Save draft")

    hand.sign_in(investigator)
    revoke(hand, participant)

    status = hand.page.get_by_role("status")
    expect(status.first).to_contain_text("Adverse event 1")
    assert len(course.forms(participant, "AE")) == 1
