"""An infusion from its request to the record, by investigator, pharmacy and nurse."""

from decimal import Decimal

from playwright.sync_api import expect

from record.casebook.models import FormInstance, Participant
from tests.journeys.answers import at
from tests.journeys.story import Story
from trial_edc.protocol import PROTOCOL


def request(story: Story, visit: str) -> None:
    """Ask for an infusion, safety checked again, and sign the request."""
    investigator = story.become("IN")
    story.fill(
        "IRQ",
        visit,
        planned_start_at=at(hours=-1.5),
        dosing_weight_kg="70.0",
        weighed_at=at(hours=0.5),
        weight_source="bed_scale",
        ventilated_now="N",
        unstable_now="N",
        vasopressor_rising_now="N",
        infection_uncontrolled_now="N",
        consent_withdrawn_now="N",
        decision="go",
    )
    if visit == "D0":
        story.hand.picture("13-signing")
    story.hand.sign(investigator)


def prepare(story: Story, visit: str) -> None:
    """Prepare the product: the arm is seen here and nowhere before."""
    pharmacist = story.become("UP")
    story.hand.open("/randomization/preparations/")
    if visit == "D0":
        story.hand.picture("07-product")
    line = story.page.locator("main tbody tr").last
    arm = line.locator("strong").inner_text()
    product = "SALINE" if "aline" in arm or arm == "SALINE" else "MSC"
    line.get_by_role("link").last.click()
    story.hand.link("Product record", exact=True)
    story.hand.on_form("PRD")
    volume = PROTOCOL.infusion.precedent.planned_volume_ml
    cells: dict[str, str] = {
        "passage": "4",
        "planned_dose_e6_kg": "1.00",
        "cells_per_ml_e6": "0.50",
        "viability_pct": "92.0",
        "viability_method": "trypan_blue",
        "thawed_at": at(hours=0.4),
    }
    story.hand.enter(
        {
            "product": product,
            "lot": f"{product}-7",
            "containers": "1",
            **(cells if product == "MSC" else {}),
            "out_of_storage_at": at(hours=0.5),
            "prepared_at": at(hours=0.3),
            "storage_temp_c": "-150" if product == "MSC" else "4",
            "diluent": "saline_0_9",
            "final_volume_ml": str(volume),
            "cover_applied": "Y",
            "prepared_by": str(pharmacist.pk),
            "checked_by": str(story.users["PN"].pk),
            "as_allocated": "Y",
        }
    )
    if product == "SALINE":
        for name in cells:
            story.page.locator(f'[name="{name}__missing"]').select_option("NA")
    story.hand.click(story.page.locator('button[name="save_as"][value="draft"]'))
    expect(story.page.locator(".form-state")).to_contain_text("Draft")
    confirm_and_hand_over(story, visit)


def confirm_and_hand_over(story: Story, visit: str) -> None:
    """Let preparer and checker confirm, then hand over and complete the record."""
    who = Participant.objects.get(number=story.number)
    record = FormInstance.objects.get(participant=who, code="PRD", visit=visit)
    preparation_page = f"/randomization/preparations/{record.pk}/"
    for role in ("UP", "PN"):
        user = story.become(role)
        story.hand.open(preparation_page)
        story.hand.confirm(user)
        button = story.page.get_by_role("button", name="Confirm with my password")
        story.hand.click(button)
        expect(button).to_have_count(0)
    handed_to = story.page.locator('select[name="handed_to"]')
    handed_to.select_option(str(story.users["BN"].pk))
    story.page.locator('main input[name="at"]').fill(at(hours=0.2))
    if visit == "D0":
        story.hand.picture("18-hand-over")
    story.hand.press("Hand over")
    expect(story.page.locator("main")).to_contain_text("Enter what came back")
    story.hand.link("Product record", exact=True)
    story.hand.on_form("PRD")
    story.hand.complete()


def infuse(story: Story, visit: str) -> None:
    volume = PROTOCOL.infusion.precedent.planned_volume_ml
    story.become("BN")
    number = 1 if visit == "D0" else 2
    story.hand.open(f"/visits/participants/{story.number}/infusions/{visit}/")
    expect(story.page.locator("h1")).to_contain_text(f"Infusion {number}")
    if visit == "D0":
        story.page.set_viewport_size({"width": 820, "height": 1180})
        story.hand.picture("08-infusion")
        story.page.set_viewport_size({"width": 1366, "height": 768})
    story.fill(
        "INF",
        visit,
        given="given",
        started_at=at(hours=0.15),
        stopped_at=at(hours=0.02),
        access="peripheral",
        volume_ml=str(Decimal(volume)),
        cover_intact="Y",
        participant_saw="N",
        reaction="N",
        completed="Y",
        clinician=str(story.users["IN"].pk),
    )
