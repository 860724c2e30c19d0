"""The bag of an infusion as the bedside sees it: of the pharmacy's work, nothing."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from randomization.problems import RandomizationRefused
from randomization.product.selectors.bags import Bag
from randomization.product.selectors.preparation_worklist import preparations_of
from randomization.product.services.preparation import hand_over
from randomization.vocabulary import PreparationStep
from record.audit.attribution import Reason, Source, attributed
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE
from tests.randomization import stage
from tests.randomization.product.preparations import confirmed
from tests.shown import revision
from tests.visits.infusions.bedside import SIGNS, minutes_ago, page_text, send
from tests.visits.infusions.bedside import record as infusion_record
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from visits.infusions.page.bedside import infusion_at

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("INF-08", "RND-05")]
MINUTE = timedelta(minutes=1)


def bag_of(someone: Participant, visit: str = "D0") -> Bag | None:
    return infusion_at(someone, visit).start.bag


def hand_over_at(record: FormInstance, at: datetime) -> None:
    first, _second = confirmed(record)
    hand_over(record, to=stage.colleague("BN"), at=at, by=first)


def hand_over_now(record: FormInstance) -> None:
    hand_over_at(record, clock.now().replace(second=0, microsecond=0))


def words_of_page(tablet: Client, someone: Participant) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page_text(tablet, someone)).split())


def site_time(at: datetime) -> str:
    return f"{at.astimezone(SITE_TZ):%Y-%m-%d %H:%M}"


@pytest.fixture
def tablet(client):
    client.force_login(stage.colleague("BN"))
    return client


def test_the_times_of_a_bag_are_those_of_its_request(tablet, record):
    request = stage.form_of(record.participant, "IRQ", "D0")
    planned_start_at = stage.values_of(request)["planned_start_at"]

    before = bag_of(record.participant)
    hand_over_now(record)
    after = bag_of(record.participant)

    times = planned_start_at - 20 * MINUTE, planned_start_at + 30 * MINUTE
    assert before == Bag(*times, is_handed_over=False)
    assert after == Bag(*times, is_handed_over=True)
    assert f"The bag leaves the pharmacy: {site_time(times[0])}" in words_of_page(
        tablet, record.participant
    )


def test_an_infusion_starts_when_all_is_in_place_and_compared(tablet, record):
    someone = record.participant
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(5))
    waits = page_text(tablet, someone)
    hand_over_now(record)
    ready = page_text(tablet, someone)

    unticked = send(tablet, someone, "start", started_at="")
    ticked = send(tablet, someone, "start", started_at="", compared="on")

    assert "Do not start yet" in waits
    assert "Do not start yet" not in ready
    assert "Start now" in ready
    assert (unticked.status_code, ticked.status_code) == (422, 302)
    stored = infusion_record(someone)
    assert (stored["label_compared"], stored["missing_at_start"]) == ("Y", None)
    assert "started-against" not in page_text(tablet, someone)


def test_a_bag_past_its_time_needs_a_reason(tablet, record):
    someone = record.participant
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(5))
    hand_over_now(record)
    late = (bag_of(someone).start_before + MINUTE).isoformat()

    infusion = send(tablet, someone, "start", started_at=late, compared="on")

    assert "Bag within its time" in infusion.content.decode()
    assert infusion.status_code == 422


def test_the_bedside_tells_nothing_of_the_product(tablet, record):
    hand_over_now(record)

    text = page_text(tablet, record.participant)

    assert not stage.READABLE.search(text.replace("MSC-001", ""))
    for restricted in ("randomization:preparation", "entry:form"):
        assert reverse(restricted, args=[record.pk]) not in text


def test_the_ward_hears_of_no_bag_before_bags_of_both_arms_leave(tablet, record):
    """The page of the bedside is the same before and after an early hand-over."""
    someone = record.participant
    first, _second = confirmed(record)
    leaves_at = bag_of(someone).leaves_at
    early = leaves_at - 5 * MINUTE
    with clock.at(early):
        waits = words_of_page(tablet, someone), infusion_at(someone, "D0").version
        values = {"handed_over_at": early, "handed_to": stage.colleague("PN").pk}
        save(record, values, by=first, explanations={"PRD-18": "the porter was there"})
        still = words_of_page(tablet, someone), infusion_at(someone, "D0").version
    with clock.at(leaves_at):
        left = infusion_at(someone, "D0").version

    assert still == waits
    assert left != waits[1]


def test_no_bag_leaves_the_pharmacy_before_its_time(record):
    early = bag_of(record.participant).leaves_at - MINUTE

    with pytest.raises(RandomizationRefused, match="Bags of both arms leave"):
        hand_over_at(record, early)

    hand_over(
        record,
        to=stage.colleague("BN"),
        at=early + MINUTE,
        by=stage.colleague("UP"),
    )


def test_a_bag_is_not_that_of_a_request_signed_again_after_the_hand_over(record):
    someone, investigator = record.participant, stage.colleague("IN")
    hand_over_now(record)
    with clock.shifted(10 * MINUTE):
        request = stage.form_of(someone, "IRQ", "D0")
        later = {"planned_start_at": clock.now() + timedelta(hours=2)}
        why = {"planned_start_at": Reason("correction", "an examination")}
        save(request, later, by=investigator, reasons=why)
        unsigned = bag_of(someone)
        proof = stage.proof_of(investigator)
        sign_form(
            request, shown_revision=revision(request), proof=proof, by=investigator
        )
        signed = bag_of(someone)
        [preparation] = preparations_of([record])

    assert unsigned is None
    assert signed.is_handed_over is False
    assert preparation.handed_over_at is None
    assert preparation.step == PreparationStep.READY
    assert signed.leaves_at == later["planned_start_at"] - 20 * MINUTE


def test_a_bag_that_was_given_stays_handed_over(record):
    someone, investigator = record.participant, stage.colleague("IN")
    hand_over_now(record)
    started = {"given": "given", "started_at": clock.now()}
    with attributed(by=STAGE, via=Source.COMMAND):
        infusion = ensure_form(someone, "INF", visit="D0")
        save(infusion, started, by=STAGE, via=Source.COMMAND)

    with clock.shifted(10 * MINUTE):
        request = stage.form_of(someone, "IRQ", "D0")
        why = {"weight_source": Reason("correction", "misread")}
        save(request, {"weight_source": "stated"}, by=investigator, reasons=why)
        proof = stage.proof_of(investigator)
        sign_form(
            request, shown_revision=revision(request), proof=proof, by=investigator
        )
        [preparation] = preparations_of([record])

    assert preparation.step == PreparationStep.HANDED_OVER


def test_one_more_signature_below_a_request_asks_for_no_other_bag(record):
    someone, leader = record.participant, stage.colleague("PI")
    hand_over_now(record)
    before = bag_of(someone)
    with clock.shifted(10 * MINUTE):
        request = stage.form_of(someone, "IRQ", "D0")
        proof = stage.proof_of(leader)
        sign_form(request, shown_revision=revision(request), proof=proof, by=leader)
        after = bag_of(someone)
        [preparation] = preparations_of([record])

    assert after == before
    assert after.is_handed_over
    assert preparation.times.start_before == after.start_before


def test_no_bag_for_another_infusion(record):
    hand_over_now(record)

    assert bag_of(record.participant, "D7") is None
