"""The three kinds of withdrawal, at tablet width: what each ends and what goes on."""

import pytest
from playwright.sync_api import Page, expect

from record.casebook.models import FormInstance, Participant
from tests.journeys.hand import Hand
from tests.outcomes import course
from tests.people import PASSWORD, person
from tests.visits import stage
from trial_edc import clock, dates
from visits.schedule.selectors import schedule

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TABLET = {"width": 820, "height": 1180}


@pytest.fixture
def who() -> Participant:
    """On day 5 after infusion 1."""
    return stage.infused(ago=5)


@pytest.fixture
def hand(page: Page, live_server) -> Hand:
    page.set_viewport_size(TABLET)
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(person("CO", password=PASSWORD))
    return hand


def withdraw(hand: Hand, who: Participant, kind: str) -> str:
    """Record a withdrawal as a draft; return the text of the preview."""
    page = hand.page
    hand.casebook(who.number)
    hand.link("Withdrawal", exact=True)
    hand.press("Add a row")
    hand.on_form("WDR")
    on = course.day(1).isoformat()
    hand.enter({"kind": kind, "on": on, "by": "participant"})
    hand.press("Save draft")
    preview = page.get_by_role("alert")
    expect(preview).to_contain_text("What was collected stays.")
    words: str = preview.inner_text()
    page.get_by_label("Save it, with all that moves").check()
    hand.press("Save draft")
    expect(page.locator(".form-state")).to_contain_text("Draft")
    return words


def visits(who: Participant) -> dict[str, tuple[str, bool]]:
    """Status and look-up of the visits on which the kinds of withdrawal differ."""
    visits = {code: schedule(who).visit(code) for code in ("D7", "D28", "M3")}
    return {k: (v.status.value, v.state.record_lookup) for k, v in visits.items()}


@pytest.mark.verifies("WIN-07")
def test_withdrawal_from_infusion_leaves_every_visit(hand, who):
    before = visits(who)

    preview = withdraw(hand, who, "infusion_only")

    assert "Infusion 2" in preview
    assert "Messages" not in preview
    assert visits(who) == before
    request = FormInstance.objects.get(participant=who, code="IRQ", visit="D7")
    assert request.status == "not_applicable"


@pytest.mark.verifies("WIN-07")
def test_withdrawal_from_visits_leaves_two_as_record_look_up(hand, who):
    preview = withdraw(hand, who, "visits_lookup_allowed")

    assert "as record look-up" in preview
    assert "stop at once" in preview
    assert visits(who) == {
        "D7": ("not_required", False),
        "D28": ("not_due", True),
        "M3": ("not_due", True),
    }
    hand.casebook(who.number)
    expect(hand.page.locator(".strip")).to_contain_text("as record look-up")


@pytest.mark.verifies("WIN-07")
def test_withdrawal_from_everything_lets_nothing_new_in_and_corrections(hand, who):
    sample = {"value": ("190", "umol/L"), "place": "ward"}
    earlier = course.row(who, "CRE", {"sample_at": course.days_ago(2), **sample})

    preview = withdraw(hand, who, "everything")

    assert "none dated after" in preview
    assert visits(who) == dict.fromkeys(("D7", "D28", "M3"), ("not_required", False))
    hand.row(who.number, "CRE")
    now = clock.now().astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")
    hand.enter({"sample_at": now, **sample})
    hand.press("Save draft")
    refused = hand.page.locator(".error-summary")
    expect(refused).to_contain_text("After withdrawal from everything")
    hand.open(f"/forms/{earlier.pk}/")
    hand.enter({"value": ("191", "umol/L")})
    hand.press("Save draft")
    expect(hand.page.locator(".form-state")).to_contain_text("revision 2")
    assert [form.code for form in course.forms(who, "EOS")] == ["EOS"]
