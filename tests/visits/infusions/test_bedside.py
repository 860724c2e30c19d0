"""The bedside page: each action is stored at once, once; nothing is overwritten."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason
from record.capture.services.forms import save, sign_form
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.review.models import Query
from tests.people import person
from tests.visits import stage
from trial_edc import clock, dates
from trial_edc.vocabulary import MissingCode
from visits.infusions.page.bedside import infusion_at
from visits.models import BedsideAct
from visits.schedule import selectors

pytestmark = pytest.mark.django_db
REFUSED = 422
SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "84",
    "respiratory_rate": "16",
    "spo2_pct": "97",
    "systolic_bp": "120",
    "diastolic_bp": "70",
}


@pytest.fixture
def nurse() -> User:
    return person("BN")


@pytest.fixture
def tablet(nurse: User) -> Client:
    client = Client()
    client.force_login(nurse)
    return client


def page(someone: Participant, visit: str = "D0") -> str:
    return reverse("visits:bedside", args=[someone.number, visit])


def send(
    tablet: Client, someone: Participant, act: str, visit: str = "D0", **typed: Any
):
    """Send an action as the page does, with a new key unless `typed` has one."""
    based_on = 0 if "point" in typed else infusion_at(someone, visit).revision("INF")
    typed = {"key": uuid.uuid4(), "based_on": based_on, **typed}
    address = reverse("visits:act", args=[someone.number, visit, act])
    return tablet.post(address, typed)


def minutes_ago(minutes: int) -> str:
    at = clock.now() - timedelta(minutes=minutes)
    return at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%dT%H:%M")


def page_text(tablet: Client, someone: Participant, visit: str = "D0") -> str:
    return tablet.get(page(someone, visit)).content.decode()


def record(someone: Participant, visit: str = "D0") -> dict[str, Any]:
    return dict(casebook_of(someone).one("INF", visit).values)


def rows(someone: Participant, code: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in casebook_of(someone).rows(code)]


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


def test_bedside_without_a_visit_opens_the_current_infusion(tablet):
    someone = stage.infused(ago=9)
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    address = reverse("visits:bedside", args=[someone.number])

    first = tablet.get(address).headers["Location"]
    stage.change(form, given="not_given", not_given_reason="clinical")
    second = tablet.get(address).headers["Location"]

    assert first == page(someone)
    assert second == page(someone, "D7")


@pytest.mark.verifies("INF-06")
def test_start_measurements_and_stop_are_saved_at_once(tablet):
    someone = stage.randomized(ago=0.5)
    stage.enter(someone, "IRQ", {"decision": "go"}, visit="D0")

    assert "Start the infusion" in page_text(tablet, someone)
    send(tablet, someone, "start", started_at=minutes_ago(16))
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(20))
    send(tablet, someone, "not_taken", point="m15", reason="procedure")
    send(tablet, someone, "stop", stopped_at=minutes_ago(1))

    infusion = infusion_at(someone, "D0")
    assert (infusion.line_to_measure.point.code, infusion.state) == ("end", "stopped")
    assert infusion.record.get("given") == "given"
    done = [
        (point.code, point.status) for point in infusion.points if point.is_answered
    ]
    assert done == [("pre", "complete"), ("m15", "not_done")]
    applicable = [point.code for point in infusion.points if point.is_applicable]
    assert applicable == ["pre", "m15", "end", "e30m", "e1h", "e2h", "e4h", "e24h"]
    assert "120/70" in page_text(tablet, someone)


def test_an_empty_time_is_now_to_the_minute(tablet):
    someone = stage.randomized(ago=0.5)
    before = clock.now().replace(second=0, microsecond=0)

    send(tablet, someone, "start", started_at="")

    assert before <= record(someone)["started_at"] <= clock.now()


@pytest.mark.verifies("INF-06")
def test_an_action_sent_again_is_stored_once(tablet, nurse):
    someone = stage.infused(ago=0.05)
    fever = reaction(term="Fever")
    acts = (
        ("interrupt", {"from_at": minutes_ago(50), "reason": "alarm"}),
        ("resume", {"to_at": minutes_ago(45)}),
        ("reaction", fever),
        ("measure", {**SIGNS, "point": "m15", "taken_at": minutes_ago(57)}),
    )

    answers = []
    for act, typed in acts:
        key = uuid.uuid4()
        answers += [
            send(tablet, someone, act, key=key, **typed).status_code for _ in range(3)
        ]

    assert answers == [302] * 12
    assert len(record(someone)["interruptions"]) == 1
    assert [event["term"] for event in rows(someone, "AE")] == ["Fever"]
    acts = BedsideAct.objects.values_list("act", "author_id", "visit")
    assert list(acts) == [
        (act, nurse.pk, "D0") for act in ("interrupt", "resume", "reaction", "measure")
    ]


@pytest.mark.verifies("INF-06")
def test_a_key_used_for_something_else_is_refused_and_offers_another(tablet):
    someone, key = stage.infused(ago=0.05), uuid.uuid4()
    send(tablet, someone, "interrupt", key=key, from_at=minutes_ago(50), reason="alarm")
    send(tablet, someone, "resume", to_at=minutes_ago(48))

    typed = {"from_at": minutes_ago(40), "reason": "toilet"}
    response = send(tablet, someone, "interrupt", key=key, **typed)

    text = response.content.decode()
    assert response.status_code == REFUSED
    assert "Something else was stored from this form before." in text
    assert 'value="toilet"' in text
    assert str(key) not in text
    assert len(record(someone)["interruptions"]) == 1


@pytest.mark.verifies("INF-06")
def test_entries_of_somebody_else_are_not_sent_under_this_name(tablet):
    someone = stage.infused(ago=0.05)

    response = send(tablet, someone, "stop", stopped_at="", author=person("CO").pk)

    assert response.status_code == REFUSED
    assert "must sign in to send it" in response.content.decode()
    assert record(someone)["stopped_at"] is None


def test_confirmed_time_is_kept_beside_the_time_of_the_server(tablet):
    someone = stage.infused(ago=0.05)
    confirmed_at = clock.now() - timedelta(minutes=20)

    send(
        tablet,
        someone,
        "stop",
        stopped_at=minutes_ago(20),
        confirmed_at=confirmed_at.isoformat(),
    )

    act = BedsideAct.objects.get()
    assert act.confirmed_at == confirmed_at
    assert act.stored_at > confirmed_at


@pytest.mark.verifies("INF-06")
def test_two_nurses_at_one_time_point_overwrite_nothing(tablet):
    someone, other = stage.infused(ago=0.05), Client()
    other.force_login(person("CO", full_name="Li Wei"))
    typed = {**SIGNS, "point": "m15", "taken_at": minutes_ago(57)}
    send(other, someone, "measure", **typed)

    mine = {**typed, "heart_rate": "99"}
    response = send(tablet, someone, "measure", **mine)

    text = response.content.decode()
    assert response.status_code == REFUSED
    assert "Li Wei entered 84 /min meanwhile. Nothing was overwritten." in text
    assert 'value="99"' in text
    assert rows(someone, "VSI")[0]["heart_rate"] == 84

    again = {
        **mine,
        "based_on": str(response.context["forms"]["measure"]["based_on"].value()),
    }
    refusal = send(tablet, someone, "measure", **again)
    assert "Say why it changes" in refusal.content.decode()
    send(tablet, someone, "measure", **again, why="counted for a whole minute")
    assert rows(someone, "VSI")[0]["heart_rate"] == 99


def test_two_nurses_who_interrupt_make_one_interruption(tablet):
    someone = stage.infused(ago=0.05)
    send(tablet, someone, "interrupt", from_at=minutes_ago(50), reason="alarm")

    response = send(tablet, someone, "interrupt", from_at=minutes_ago(49), reason="air")

    assert response.status_code == REFUSED
    assert "The infusion is interrupted already." in response.content.decode()
    assert len(record(someone)["interruptions"]) == 1


def test_interruptions_and_premedication_are_added_without_losing_any(tablet):
    someone = stage.infused(ago=0.05)

    send(tablet, someone, "interrupt", from_at=minutes_ago(50), reason="alarm")
    send(
        tablet,
        someone,
        "interruption",
        from_at=minutes_ago(60),
        to_at=minutes_ago(58),
        reason="air",
    )
    send(tablet, someone, "stop", stopped_at=minutes_ago(10))
    for drug in ("Paracetamol", "Loratadine"):
        typed = {"drug": drug, "dose": "10", "unit": "mg", "at": minutes_ago(90)}
        send(tablet, someone, "premedication", **typed)

    infusion = infusion_at(someone, "D0")
    lengths = [
        ((to - since).seconds // 60, why)
        for since, to, why in infusion.interruption_times
    ]
    assert lengths == [(40, "alarm"), (2, "air")]
    assert [row["drug"] for row in infusion.premedication] == [
        "Paracetamol",
        "Loratadine",
    ]


def test_interruption_after_the_stop_is_refused(tablet):
    someone = stage.infused(ago=0.05)
    send(tablet, someone, "stop", stopped_at=minutes_ago(30))

    typed = {"from_at": minutes_ago(20), "to_at": minutes_ago(10), "reason": "air"}
    response = send(tablet, someone, "interruption", **typed)

    assert "An interruption lies inside start and stop" in response.content.decode()
    assert not record(someone).get("interruptions")


def reaction(**typed: Any) -> dict[str, Any]:
    return {
        "term": "Chills",
        "onset": minutes_ago(40),
        "grade": "2",
        "serious": "N",
        "action_infusion": "slowed",
        "outcome": "recovering",
        **typed,
    }


@pytest.mark.verifies("INF-07")
def test_a_reaction_becomes_a_draft_event_with_grade_number_and_minutes(tablet):
    someone = stage.randomized(ago=0.5)
    stage.enter(someone, "IRQ", {"decision": "go"}, visit="D0")
    send(tablet, someone, "start", started_at=minutes_ago(60))

    typed = reaction(drug="Paracetamol", dose="500", dose_unit="mg")
    send(tablet, someone, "reaction", **typed, drug_at=minutes_ago(35))

    (event,) = rows(someone, "AE")
    values = {
        name: value
        for name, value in event.items()
        if value is not None and name != "onset"
    }
    assert values == {
        "term": "Chills",
        "grade": "2",
        "ctcae_version": "5.0",
        "serious": "N",
        "infusion_reaction": "Y",
        "infusion_number": "1",
        "action_infusion": "slowed",
        "treatment": ["drug"],
        "outcome": "recovering",
        "ongoing": "Y",
    }
    form = FormInstance.objects.get(participant=someone, code="AE")
    assert form.status == "draft"
    assert record(someone)["reaction"] == "Y"
    assert infusion_at(someone, "D0").reactions[0].minutes == 20
    (drug,) = rows(someone, "CMD")
    assert (drug["drug"], str(drug["dose"]), drug["ae"]) == (
        "Paracetamol",
        "500.000",
        form.pk,
    )


@pytest.mark.verifies("INF-07")
def test_a_reaction_fills_the_row_that_the_record_has_opened(tablet):
    someone = stage.infused(ago=0.05)
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    stage.change(form, reaction="Y")

    send(tablet, someone, "reaction", **reaction())
    send(tablet, someone, "reaction", **reaction(term="Rash"))

    assert [event["term"] for event in rows(someone, "AE")] == ["Chills", "Rash"]


@pytest.mark.verifies("INF-07")
def test_a_serious_reaction_starts_the_clock_though_it_is_a_draft(tablet):
    someone = stage.infused(ago=0.05)

    send(tablet, someone, "reaction", **reaction(grade="4", serious="Y"))

    assert FormInstance.objects.filter(participant=someone, code="SAE").count() == 1


def test_improbable_value_is_kept_with_an_explanation(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "temperature_c": "38.9", "point": "m15", "taken_at": ""}

    refusal = send(tablet, someone, "measure", **typed)
    explained = {"explain:VSI.temperature_c.soft": "measured twice"}
    send(tablet, someone, "measure", **typed, **explained)

    assert "say why it stands" in refusal.content.decode()
    assert 'value="38.9"' in refusal.content.decode()
    assert str(rows(someone, "VSI")[0]["temperature_c"]) == "38.9"


def test_impossible_value_is_refused_and_typing_stays(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "diastolic_bp": "130", "point": "m15", "taken_at": ""}

    text = send(tablet, someone, "measure", **typed).content.decode()

    assert "Diastolic pressure must be below systolic." in text
    assert 'value="130"' in text


def test_a_sign_that_could_not_be_measured_does_not_stop_the_others(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "spo2_pct": "", "point": "m15", "taken_at": ""}

    refusal = send(tablet, someone, "measure", **typed).content.decode()
    send(tablet, someone, "measure", **typed, rest_not_done="on")

    assert "tick that it could not be measured" in refusal
    (row,) = casebook_of(someone).rows("VSI")
    assert row.get("heart_rate") == 84
    assert row.missing("spo2_pct") == MissingCode.NOT_DONE


def test_a_measurement_of_nothing_is_refused(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**dict.fromkeys(SIGNS, ""), "point": "m15", "rest_not_done": "on"}

    text = send(tablet, someone, "measure", **typed).content.decode()

    assert "Nothing was measured" in text
    assert rows(someone, "VSI") == []


@pytest.mark.verifies("INF-02")
def test_volume_shows_rate_duration_and_share_of_the_planned_volume(tablet):
    someone = stage.infused(ago=0.05)
    started_at = record(someone)["started_at"]
    stop = (started_at + timedelta(minutes=40)).astimezone(dates.SITE_TZ)
    send(tablet, someone, "stop", stopped_at=f"{stop:%Y-%m-%d %H:%M}")

    typed = {"given": "given", "volume_ml": "90", "cover_intact": "Y"}
    send(tablet, someone, "record", **typed)

    delivery = [
        (label, value) for label, value, _unit in infusion_at(someone, "D0").delivery
    ]
    assert delivery == [
        ("Duration", "40"),
        ("Mean rate", "2.25"),
        ("Share of the planned volume", "90"),
    ]
    assert record(someone)["cover_intact"] == "Y"


@pytest.mark.verifies("INF-03")
def test_the_whole_record_is_completed_at_the_bedside(tablet):
    someone, doctor = stage.infused(ago=0.05), person("IN")
    started_at = record(someone)["started_at"]
    stop = (started_at + timedelta(minutes=40)).astimezone(dates.SITE_TZ)
    send(tablet, someone, "stop", stopped_at=f"{stop:%Y-%m-%d %H:%M}")
    typed = {
        "action": "complete",
        "given": "given",
        "volume_ml": "100",
        "access": "central",
        "cover_intact": "Y",
        "participant_saw": "N",
        "reaction": "N",
        "completed": "Y",
        "clinician": doctor.pk,
    }

    refusal = send(tablet, someone, "record", **typed).content.decode()
    why = {"explain:INF-11": "The participant slept"}
    stored = send(tablet, someone, "record", **typed, **why)

    assert "Vital signs are missing at" in refusal
    assert stored.status_code == 302, stored.content.decode()
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    assert form.status == "complete"
    (query,) = form.queries.all()
    assert query.state == "answered"


def test_an_infusion_not_given_is_stored_with_its_reason(tablet):
    someone = stage.randomized(ago=0.5)

    send(tablet, someone, "not_given", not_given_reason="participant")

    assert infusion_at(someone, "D0").state == "none"
    assert record(someone)["not_given_reason"] == "participant"


@pytest.mark.verifies("INF-04")
def test_infusion_2_shows_the_stop_rules_before_it_starts(tablet):
    someone = stage.infused(ago=7)
    assert "No stop rule is met" in page_text(tablet, someone, "D7")
    event = {"term": "Rigor", "infusion_reaction": "Y", "infusion_number": "1"}
    form = stage.row(someone, "AE", {**event, "grade": "3", "onset": stage.days_ago(7)})

    text = page_text(tablet, someone, "D7")

    assert "Infusion 2 must not be given" in text
    assert "Grade 3 or higher reaction to infusion 1" in text
    assert reverse("entry:form", args=[form.pk]) in text
    assert "must not be given" not in page_text(tablet, someone, "D0")


@pytest.mark.verifies("INF-04")
def test_an_infusion_against_the_rule_is_stored_and_a_deviation(tablet):
    someone = stage.infused(ago=12)
    stage.row(someone, "AE", {"term": "Stroke", "serious": "Y", "grade": "3"})

    send(tablet, someone, "start", "D7", started_at=minutes_ago(5))

    assert record(someone, "D7")["given"] == "given"
    rules = [rule.split()[0] for rule in stage.rules_broken(someone)]
    assert rules == [
        "INFUSION-WITHOUT-GO",
        "INFUSION-AGAINST-STOP-RULE",
        "INFUSION-TOO-LATE",
    ]


@pytest.mark.verifies("INF-04")
def test_a_start_corrected_after_a_reaction_to_infusion_2_broke_no_rule(tablet):
    someone = stage.infused(ago=7)
    stage.infuse(someone, "D7", ago=0.05)
    send(tablet, someone, "reaction", "D7", **reaction(grade="3"))
    assert infusion_at(someone, "D7").stop_reasons_now == ()

    typed = {"started_at": minutes_ago(75), "why": "the clock on the wall"}
    send(tablet, someone, "start", "D7", **typed)

    assert stage.rules_broken(someone) == []


def test_the_request_is_shown_with_its_signature(tablet):
    someone, doctor = stage.randomized(ago=0.5), person("IN", full_name="Zhang Min")
    assert "No decision yet" in page_text(tablet, someone)
    form = stage.requested(someone)
    assert "Go, but not signed" in page_text(tablet, someone)
    assert 'id="awaits-release"' in page_text(tablet, someone)

    sign_form(form, proof=ReAuthenticated(doctor.pk, clock.now()), by=doctor)

    text = page_text(tablet, someone)
    assert "Go, signed" in text
    assert 'id="awaits-release"' not in text
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


@pytest.mark.verifies("WIN-01")
def test_another_start_of_infusion_1_shows_the_new_windows_first(tablet):
    someone = stage.infused(ago=9)
    stage.attend(someone, "D7", ago=2)
    another = {"started_at": stage.days_ago(5).strftime("%Y-%m-%dT%H:%M")}

    refusal = send(tablet, someone, "start", **another)

    assert refusal.status_code == REFUSED
    assert "Nothing has been saved yet" in refusal.content.decode()
    assert "outside its window" in refusal.content.decode()
    assert selectors.schedule(someone).day0 == stage.day(9)

    send(tablet, someone, "start", **another, confirmed="1")

    assert selectors.schedule(someone).day0 != stage.day(9)


def test_bedside_nurse_sees_in_patients_only(tablet):
    here, gone = stage.infused(1, ago=9), stage.infused(2, ago=9)
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(12)}
    stage.row(here, "STY", stay)
    stage.row(gone, "STY", {**stay, "out_at": stage.days_ago(1)})

    statuses = [
        tablet.get(page(participant, "D7")).status_code for participant in (here, gone)
    ]

    assert statuses == [200, 404]


def test_an_unknown_action_is_not_found(tablet):
    someone = stage.infused(ago=0.05)

    assert send(tablet, someone, "explode").status_code == 404


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
