"""The bedside page: what it shows, to whom, and what it does not tell."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source
from record.capture.services.form_status import return_to_draft, sign_form
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.review.models import Query
from tests.people import person
from tests.shown import revision
from tests.visits import stage
from tests.visits.infusions.bedside import (
    SIGNS,
    minutes_ago,
    page,
    page_text,
    record,
    send,
)
from trial_edc import clock
from visits.infusions.page.bedside import infusion_at

pytestmark = pytest.mark.django_db


def test_page_takes_the_same_statements_however_much_was_measured(tablet):
    someone = stage.infused(ago=0.1)
    page_text(tablet, someone)
    with CaptureQueriesContext(connection) as before:
        page_text(tablet, someone)
    for point, minutes in (("m15", 129), ("m30", 114), ("m45", 99)):
        typed = {**SIGNS, "point": point, "taken_at": minutes_ago(minutes)}
        assert send(tablet, someone, "measure", **typed).status_code == 302

    with CaptureQueriesContext(connection) as after:
        page_text(tablet, someone)

    assert len(before) == len(after)


def signed(form: FormInstance, doctor: User) -> FormInstance:
    proof = ReAuthenticated(doctor.pk, clock.now())
    sign_form(form, shown_revision=revision(form), proof=proof, by=doctor)
    return form


def test_a_signed_go_returned_to_draft_is_a_go_no_longer(tablet):
    someone = stage.randomized(ago=0.5)
    form = signed(stage.requested(someone), person("IN"))
    assert "Go, signed" in page_text(tablet, someone)

    slip = Reason("returned", "another bag")
    return_to_draft(form, by=stage.STAGE, reason=slip, via=Source.COMMAND)

    assert "Go, signed" not in page_text(tablet, someone)


def test_bedside_without_a_visit_opens_the_current_infusion(tablet):
    someone = stage.infused(ago=9)
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    address = reverse("visits:bedside", args=[someone.number])

    first = tablet.get(address).headers["Location"]
    stage.change(form, given="not_given", not_given_reason="clinical")
    second = tablet.get(address).headers["Location"]

    assert first == page(someone)
    assert second == page(someone, "D7")


def test_the_request_is_shown_with_its_signature(tablet):
    someone, doctor = stage.randomized(ago=0.5), person("IN", full_name="Zhang Min")
    assert "No decision yet" in page_text(tablet, someone)
    form = stage.requested(someone)
    assert "Go, but not signed" in page_text(tablet, someone)

    signed(form, doctor)

    text = page_text(tablet, someone)
    assert "Go, signed" in text
    assert "Zhang Min" in text
    reason = {"dosing_weight_kg": Reason("transcription", "a slip")}
    save(form, {"dosing_weight_kg": 71}, by=doctor, reasons=reason)
    assert "Go, but changed since it was signed" in page_text(tablet, someone)


@pytest.mark.verifies("INF-03")
def test_late_measurements_are_marked_by_shape_and_word(tablet):
    someone = stage.infused(ago=0.02)

    statuses = {
        line.point.code: line.status for line in infusion_at(someone, "D0").lines
    }
    text = page_text(tablet, someone)

    assert statuses["pre"] == statuses["m15"] == "overdue"
    assert statuses["m45"] == "upcoming"
    assert "min late" in text
    assert 'status.svg#triangle"' in text


def test_bedside_nurse_sees_in_patients_only(tablet):
    here, gone = stage.infused(1, ago=9), stage.infused(2, ago=9)
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(12)}
    stage.row(here, "STY", stay)
    stage.row(gone, "STY", {**stay, "out_at": stage.days_ago(1)})

    statuses = [
        tablet.get(page(participant, "D7")).status_code for participant in (here, gone)
    ]

    assert statuses == [200, 404]


@pytest.mark.verifies("INF-02")
@pytest.mark.parametrize("cells_per_ml_e6", ["0.05", "12"])
def test_nothing_of_the_cell_dose_reaches_the_bedside(tablet, cells_per_ml_e6):
    someone = stage.infused(ago=0.05)
    stop = (record(someone)["started_at"] + timedelta(minutes=40)).isoformat()
    send(tablet, someone, "stop", stopped_at=stop)
    typed = {"given": "given", "volume_ml": "100", "cover_intact": "Y"}
    send(tablet, someone, "record", **typed)
    page_text(tablet, someone)  # says "Saved." once
    before = [
        without_noise(page_text(tablet, someone)),
        *visible_to_the_blinded(someone),
    ]
    cells = {"cells_per_ml_e6": cells_per_ml_e6, "viability_pct": 60}
    stage.enter(someone, "PRD", {**cells, "planned_dose_e6_kg": 1}, visit="D0")
    send(tablet, someone, "record", **typed, participant_saw="N")
    page_text(tablet, someone)

    after = [
        without_noise(page_text(tablet, someone)),
        *visible_to_the_blinded(someone),
    ]

    expected = before[0].replace("INF1.3", "INF1.4")
    assert CHECKED.sub("", after[0]) == CHECKED.sub("", expected)
    assert after[1:] == before[1:]


NOISE = re.compile(
    r'name="(key|csrfmiddlewaretoken|based_on)" value="[^"]*"|hx-headers=\'[^\']*\''
    r'|data-(site-)?now="[^"]*"|data-tolerance="[^"]*">[^<]*<|\d+ min since the start'
)
CHECKED = re.compile(r"\s*checked\b")


def without_noise(text: str) -> str:
    """A page without what differs each time."""
    return NOISE.sub("", text)


def visible_to_the_blinded(someone: Participant) -> list[Any]:
    """Deviations and queries that somebody blinded can see."""
    queries = Query.objects.filter(form__participant=someone)
    items = queries.exclude(form__confidentiality="restricted").values_list("item")
    return [stage.rules_broken(someone), list(items)]
