"""What follows from events, deaths and reactions at the bedside."""

from datetime import timedelta
from typing import Any

import pytest

from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of, row_of
from record.notices.models import Message
from tests.outcomes import course
from tests.people import STAGE, person
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "wrong person")


@pytest.fixture
def randomized() -> Participant:
    return course.randomized()


def serious(participant: Participant, **values: Any) -> FormInstance:
    event_values = {"term": "Pulmonary embolism", "serious": "Y", **values}
    return course.row(participant, "AE", event_values)


def strike(form: FormInstance) -> None:
    strike_row(form, by=STAGE, reason=MISTAKE, via=Source.COMMAND)


@pytest.mark.verifies("SAF-01")
def test_serious_draft_opens_one_report_and_tells_pi_and_safety(
    randomized: Participant,
) -> None:
    pi, officer, _coordinator = person("PI"), person("SO"), person("CO")

    event = serious(randomized)
    save(event, {"grade": "3"}, by=STAGE, via=Source.COMMAND)
    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)
    save(event, {"serious": "Y"}, by=STAGE, via=Source.COMMAND)

    (report,) = course.forms(randomized, "SAE")
    assert row_of(report).value_of("ae") == event.pk
    assert report.due_on == dates.site_date(clock.now() + timedelta(hours=24))
    messages = Message.objects.filter(occasion="serious_event")
    assert {message.recipient for message in messages} == {pi, officer}
    assert "embolism" not in "".join(message.text for message in messages)


def test_event_not_serious_after_all_takes_its_untouched_report_back(
    randomized: Participant,
) -> None:
    event = serious(randomized)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)

    assert course.forms(randomized, "SAE") == []


def test_report_that_somebody_works_on_stays(randomized: Participant) -> None:
    event, coordinator = serious(randomized), person("CO")
    (report,) = course.forms(randomized, "SAE")
    save(report, {"narrative": "on the ward"}, by=coordinator, via=Source.PAGE)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)

    assert course.forms(randomized, "SAE") == [report]


@pytest.mark.parametrize(
    ("values", "facts"),
    [
        ({"infusion_reaction": "Y", "grade": "3"}, {"prior_reaction_g3"}),
        ({"infusion_reaction": "Y", "grade": "2"}, set()),
        ({"infusion_reaction": "N", "grade": "4"}, set()),
        ({"serious": "Y", "caused_by_infusion": "possible"}, {"related_sae"}),
        ({"serious": "Y", "caused_by_infusion": "not_assessable"}, {"related_sae"}),
        ({"serious": "Y", "caused_by_infusion": "unrelated"}, set()),
        ({"serious": "Y"}, {"unassessed_sae"}),
    ],
)
def test_stop_rule_asks_reactions_and_serious_events(
    randomized: Participant, values: dict[str, Any], facts: set[str]
) -> None:
    course.row(randomized, "AE", values)

    casebook = casebook_of(randomized)

    names = ("prior_reaction_g3", "related_sae", "unassessed_sae")
    assert {name for name in names if casebook.fact(name)} == facts
    assert casebook.fact("stop_rule_met") is bool(facts)


def test_reaction_at_the_bedside_opens_one_event(randomized: Participant) -> None:
    (bedside,) = course.forms(randomized, "INF")

    save(bedside, {"reaction": "Y"}, by=STAGE, via=Source.COMMAND)
    save(bedside, {"reaction": "N"}, by=STAGE, via=Source.COMMAND)
    save(bedside, {"reaction": "Y"}, by=STAGE, via=Source.COMMAND)

    (event,) = course.forms(randomized, "AE")
    assert row_of(event).value_of("infusion_reaction") == "Y"
    assert row_of(event).value_of("infusion_number") == "1"


def test_death_asks_for_event_report_and_end_of_study(randomized: Participant) -> None:
    course.enter(randomized, "DTH", {"death_on": course.day(10).isoformat()})

    (event,) = course.forms(randomized, "AE")
    assert row_of(event).value_of("outcome") == "fatal"
    assert [len(course.forms(randomized, code)) for code in ("SAE", "EOS")] == [1, 1]


def test_revoked_death_takes_back_what_nobody_worked_on(
    randomized: Participant,
) -> None:
    death = course.enter(randomized, "DTH", {"death_on": course.day(10).isoformat()})

    strike(death)

    remaining = [len(course.forms(randomized, code)) for code in ("AE", "SAE", "EOS")]
    assert remaining == [0, 0, 0]
    assert casebook_of(randomized).fact("death_on") is None


def test_death_after_a_known_fatal_event_opens_no_second_one(
    randomized: Participant,
) -> None:
    event = serious(
        randomized, grade="5", outcome="fatal", seriousness=["death"], ongoing="N"
    )
    (death,) = course.forms(randomized, "DTH")
    assert death.status == FormStatus.NOT_STARTED

    course.enter(randomized, "DTH", {"death_on": "2026", "ae": event.pk})

    assert course.forms(randomized, "AE") == [event]


def test_anomaly_of_a_child_is_a_serious_event(randomized: Participant) -> None:
    pregnancy = {"who": "partner", "partner_consented": "Y", "outcome": "live_birth"}

    course.row(randomized, "PRG", {**pregnancy, "anomaly": "Y"})

    (event,) = course.forms(randomized, "AE")
    assert row_of(event).value_of("seriousness") == ["congenital"]
    assert len(course.forms(randomized, "SAE")) == 1


def of_partner(participant: Participant, **values: Any) -> FormInstance:
    return course.row(participant, "PRG", {"who": "partner", **values})


def change(form: FormInstance, **values: Any) -> None:
    save(form, values, by=STAGE, via=Source.COMMAND, erase=True)


def test_nothing_is_kept_of_a_partner_who_did_not_consent(
    randomized: Participant,
) -> None:
    refused = of_partner(randomized, partner_consented="N", outcome="ongoing")

    assert row_of(refused).value_of("outcome") is None
    assert row_of(refused).value_of("who") == "partner"


def test_anomaly_that_was_none_takes_its_event_back(randomized: Participant) -> None:
    child = of_partner(
        randomized, partner_consented="Y", outcome="live_birth", anomaly="Y"
    )

    change(child, anomaly="N")

    assert course.forms(randomized, "AE") == course.forms(randomized, "SAE") == []


def test_pregnancy_found_as_an_event_is_followed_beside_that_of_a_partner(
    randomized: Participant,
) -> None:
    (sex,) = course.forms(randomized, "DEM")
    change(sex, sex="F")
    of_partner(randomized)
    event = course.row(randomized, "AE", {"term": "Pregnancy", "pregnancy": "Y"})
    partner, own = course.forms(randomized, "PRG")
    assert row_of(own).value_of("who") == "participant"

    strike(event)

    assert course.forms(randomized, "PRG") == [partner]


def test_pregnancy_stays_writable_after_the_end_of_study(
    randomized: Participant,
) -> None:
    pregnancy = of_partner(randomized, partner_consented="Y", outcome="ongoing")
    course.enter(randomized, "DTH", {"death_on": course.day(10).isoformat()})
    took_place = {"performed": "Y", "mode": "in_person", "visit_date": course.day(100)}
    course.enter(randomized, "VIS", took_place, "D0")
    course.enter(randomized, "EOS", {"reason": "died", "on": course.day(10)})

    change(pregnancy, outcome="live_birth", outcome_on=course.day(0).isoformat())

    assert row_of(pregnancy).value_of("outcome") == "live_birth"


def test_death_without_its_date_takes_back_what_followed(
    randomized: Participant,
) -> None:
    death = course.enter(randomized, "DTH", {"death_on": course.day(10).isoformat()})

    change(death, death_on=None)

    remaining = [len(course.forms(randomized, code)) for code in ("AE", "SAE", "EOS")]
    assert remaining == [0, 0, 0]


def test_death_form_stays_asked_for_while_a_call_reports_the_death(
    randomized: Participant,
) -> None:
    course.row(randomized, "CAL", {"result": "death_reported"})
    event = course.row(randomized, "AE", {"term": "Sepsis", "grade": "5"})

    change(event, grade="4")
    course.row(randomized, "AE", {"term": "Nausea", "grade": "1"})

    assert len(course.forms(randomized, "DTH")) == 1


def test_event_struck_out_no_longer_asks_for_the_death_form(
    randomized: Participant,
) -> None:
    event = course.row(randomized, "AE", {"term": "Sepsis", "outcome": "fatal"})

    strike(event)

    assert course.forms(randomized, "DTH") == []
