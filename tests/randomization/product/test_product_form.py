"""The form of the product record: what it starts from, the lots, rounded doses."""

import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.urls import reverse

from randomization.arms import arm_of
from randomization.models import Allocation
from randomization.product.selectors.lots import lot_choices
from randomization.product.selectors.preparation_worklist import preparations_of
from record.audit.attribution import Reason
from record.audit.models import Entry
from record.audit.pseudonyms import participant_behind
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.entry.form.pages import text_of
from tests.randomization import stage
from tests.randomization.product.preparations import prepared

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["entry:form", "entry:sign"])
@pytest.mark.parametrize("role", ["UP", "PN"])
def test_allocation_weight_and_plan_stand_on_the_product_record(
    client, record, role, address
):
    arm, code = arm_of(record.participant), Allocation.objects.get().code
    prepared(record)
    client.force_login(stage.colleague(role))

    page = text_of(client.get(reverse(address, args=[record.pk])))

    dose = "70.0 kg × 1.00 × 10⁶/kg = 70.00 × 10⁶ viable cells in " * (arm == "MSC")
    facts = (
        f"Arm {arm} Randomization number {code} Planned start 2026-04-14 14:00 "
        "Asia/Shanghai Out of storage not before 2026-04-14 12:30 Asia/Shanghai "
        "The bag leaves not before 2026-04-14 13:40 Asia/Shanghai "
        "Start before 2026-04-14 14:30 Asia/Shanghai "
        f"Dosing weight 70.0 kg Plan {dose}100.0 mL"
    )
    assert "Restricted: shows a product or an arm" in page
    assert facts in page
    [seen] = Entry.objects.filter(act="arm_seen")
    assert participant_behind(seen.participant_id) == record.participant_id


def test_product_record_says_when_no_signed_request_holds(client, record):
    requests = FormInstance.objects.filter(code="IRQ", visit="D0")
    request = requests.get(participant=record.participant)
    save(
        request,
        {"dosing_weight_kg": "70.5"},
        by=stage.colleague("IN"),
        reasons={"dosing_weight_kg": Reason("correction", "scale")},
    )
    client.force_login(stage.colleague("UP"))

    page = client.get(reverse("entry:form", args=[record.pk]))

    assert "No signed request holds for this infusion" in text_of(page)


def test_dose_of_the_bag_is_rounded_with_its_unit(record):
    preparation = preparations_of([record])[0]
    dose = Template('{% include "randomization/product/facts.html" %}')
    bag = {"viable_cells_e6": Decimal("69.86"), "dose_e6_per_kg": Decimal(499) / 500}
    bag["pct_of_planned"], bag["flags"] = Decimal(200) / 3, ()

    html = dose.render(
        Context({"preparation": {"dose": bag, "plan": preparation.plan}})
    )

    text = " ".join(re.sub("<[^>]+>", " ", html).split())
    assert text.endswith(
        "69.86 × 10⁶ viable cells, 0.998 × 10⁶/kg , 66.7 % of the planned dose"
    )


def test_lot_is_chosen_from_the_register_usable_ones_first(client, record):
    stage.lot("MSC", lot="M-OLD", expires_at="2020-01-31T08:00:00+08:00")
    stage.stocked("MSC", lot="M-1", expires_at="2030-01-31T08:00:00+08:00")
    stage.lot("SALINE", lot="S-1", status="quarantine")
    client.force_login(stage.colleague("UP"))

    page = client.get(reverse("entry:form", args=[record.pk])).content.decode()

    choices = [
        ("M-1", "M-1 · Mesenchymal stem cells · expires 2030-01-31 · 5 left"),
        ("S-1", "S-1 · Saline · This lot is not released."),
        ("M-OLD", "M-OLD · Mesenchymal stem cells · This lot has expired."),
    ]
    select = re.search(r'<select name="lot".*?</select>', page, re.DOTALL)
    assert lot_choices() == choices
    assert select
    assert re.findall(r'<option value="([^"]+)">([^<]*)<', select[0]) == choices
