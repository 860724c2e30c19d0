"""The planned infusion: entered by one, approved by the other, in force since then."""

import re
from datetime import timedelta

import pytest

from randomization.infusion_plan import selectors
from randomization.models import InfusionPlanVersion
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.casebook.models import Participant
from tests.people import STAGE
from tests.randomization import stage
from tests.randomization.pages import colleague, page
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
PLAN = {
    "planned_dose_e6_per_kg": "1",
    "planned_volume_ml": "100",
    "planned_rate_ml_min": "2",
    "premedication": "none",
    "amendment": "",
    "reason": "as in the protocol",
}


def enter(client, user, **changes):
    return page(client, "infusion_plan", user=user, **PLAN | changes)


def approve(client, user):
    version = InfusionPlanVersion.objects.latest("id")
    return page(client, "approve_plan", version.pk, user=user, shown=version.digest)


@pytest.mark.verifies("INF-05")
@pytest.mark.parametrize(("first", "second"), [("PI", "SO"), ("SO", "PI")])
def test_a_plan_is_in_force_once_two_have_agreed(client, first, second):
    enter(client, colleague(first))
    alone = selectors.present_plan()
    approve(client, colleague(first))
    by_oneself = selectors.present_plan()
    approve(client, colleague(second))

    assert (alone, by_oneself) == (None, None)
    assert selectors.present_plan() == PROTOCOL.infusion.precedent
    entries = Entry.objects.filter(table_name="randomization_infusionplanversion")
    assert list(entries.values_list("operation", "role")) == [
        ("INSERT", first),
        ("UPDATE", second),
    ]


def test_two_of_one_side_are_not_two(client):
    enter(client, colleague("PI"))
    leader = stage.person("PI", username="second-leader")

    reply = approve(client, leader)

    assert selectors.present_plan() is None
    words = "Principal investigator and safety officer must both agree."
    assert words in client.get(reply.url).content.decode()


@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize("item", ["reason", "premedication", "amendment"])
def test_the_safety_officer_names_no_arm_in_a_plan(client, item):
    telling = {item: "slower, since 盐水 was too fast"}

    answer = enter(client, colleague("SO"), **telling)

    assert "name no product" in answer.content.decode()
    assert not InfusionPlanVersion.objects.exists()
    enter(client, colleague("PI"), **telling)
    assert InfusionPlanVersion.objects.count() == 1


def test_what_waits_is_corrected_by_entering_it_again(client):
    enter(client, colleague("PI"))
    shown = InfusionPlanVersion.objects.get()
    enter(client, colleague("PI"), planned_volume_ml="250")

    page(client, "approve_plan", shown.pk, user=colleague("SO"), shown=shown.digest)
    unread = selectors.present_plan()
    approve(client, colleague("SO"))

    assert unread is None
    assert selectors.present_plan().planned_volume_ml == 250


@pytest.mark.parametrize(
    ("item", "typed", "reason"),
    [
        ("planned_dose_e6_per_kg", "100", "Enter a number from 0.1 to 10."),
        ("planned_volume_ml", "501", "Enter a number from 1 to 500."),
        ("planned_rate_ml_min", "0", "Enter a number from 0.1 to 5."),
        ("planned_rate_ml_min", "fast", "Enter a number."),
        ("premedication", "", "This field is required."),
        ("reason", "", "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_on_the_page(client, item, typed, reason):
    text = enter(client, colleague("PI"), **{item: typed}).content.decode()

    assert not InfusionPlanVersion.objects.exists()
    assert reason in text
    assert "as in the protocol" in text or item == "reason"


def test_each_version_says_whether_it_is_in_force(client):
    for dose in ("1", "2", "3"):
        enter(client, colleague("PI"), planned_dose_e6_per_kg=dose)
        if dose != "3":
            approve(client, colleague("SO"))

    text = page(client, "infusion_plan").content.decode()

    states = re.findall(r">(in force|replaced|proposed)<", text)
    assert states == ["proposed", "in force", "replaced"]


@pytest.mark.verifies("INF-05")
def test_after_the_first_randomization_the_plan_changes_by_amendment(
    client, participant: Participant
):
    text = enter(client, colleague("PI"), planned_volume_ml="250").content.decode()
    unchanged = selectors.present_plan()
    enter(client, colleague("PI"), planned_volume_ml="250", amendment="3")
    approve(client, colleague("SO"))

    assert "Amendment of the protocol</label>" in text  # not optional any more
    assert "name the amendment of the protocol" in text
    assert unchanged == PROTOCOL.infusion.precedent
    assert selectors.present_plan().planned_volume_ml == 250


def test_a_plan_that_waited_over_the_first_randomization_names_its_amendment(
    client, participant: Participant
):
    enter(client, colleague("PI"), planned_volume_ml="250", amendment="3")
    with attributed(by=STAGE, via=Source.COMMAND):
        waiting = InfusionPlanVersion.objects.filter(approved_at=None)
        waiting.update(amendment="")  # as it was entered before

    reply = approve(client, colleague("SO"))

    words = "Somebody is randomized already: name the amendment of the protocol."
    assert words in client.get(reply.url).content.decode()
    assert selectors.present_plan() == PROTOCOL.infusion.precedent


def test_a_plan_is_not_in_force_before_it_was_entered(client):
    enter(client, colleague("PI"))
    entered = InfusionPlanVersion.objects.get()

    with clock.shifted(timedelta(minutes=-5)):
        approve(client, colleague("SO"))

    [plan] = selectors.plans_in_force()
    assert plan.since >= entered.entered_at
