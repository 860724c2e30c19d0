"""An investigator reads pages, signs them together, and signs the casebook."""

import pytest
from playwright.sync_api import Page, expect

from record.capture.services.forms import save
from record.review.models import Signature
from tests.journeys.hand import Hand
from tests.people import PASSWORD, STAGE, person
from tests.record.capture.saving import WHY
from tests.sample_room.people import A_SAMPLE, sample

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.verifies("SIG-02", "SIG-04", "SIG-09", "SIG-10")
def test_a_casebook_from_the_acknowledgement_to_its_signature(page: Page, live_server):
    leader = person("PI", password=PASSWORD, acknowledges=False)
    forms = [
        save(sample(number), A_SAMPLE, by=STAGE, complete=True).form
        for number in (1, 2)
    ]
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(leader)

    hand.open(f"/forms/{forms[0].pk}/sign/")
    hand.link("Read and acknowledge…")
    page.get_by_label("I have read this").check()
    page.get_by_label("User name").fill("pi")
    page.get_by_label("Password").fill(PASSWORD)
    hand.press("Acknowledge")
    expect(page.get_by_role("status")).to_contain_text(["You can sign now"])

    hand.open(f"/forms/{forms[1].pk}/sign/")
    hand.link("Read; sign with others…")
    for box in page.locator('[name="pages"]').all():
        box.check()
    page.get_by_label("Password").fill(PASSWORD)
    hand.press("Sign the chosen pages")
    expect(page.get_by_role("status")).to_contain_text(["2 pages are signed."])

    hand.casebook("S-001Z")
    hand.link("Sign the casebook")
    expect(page.locator(".signed-form")).to_have_count(2)
    page.get_by_label("Password").fill(PASSWORD)
    hand.press("Sign")
    expect(page.locator(".casebook-sign-off")).to_contain_text("Signed")

    save(forms[0], {"weight_kg": "70"}, by=STAGE, reasons={"weight_kg": WHY})
    hand.casebook("S-001Z")
    expect(page.locator(".casebook-sign-off")).to_contain_text("no longer holds")
    assert Signature.objects.filter(form=None, visit="").count() == 1
