"""What follows from events, deaths and reactions at the bedside."""

from datetime import timedelta
from typing import Any

import pytest

from record.audit.attribution import Reason, Source
from record.capture.services.forms import save, strike_row
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of, row_of
from record.notices.models import Message
from tests.outcomes import course
from tests.people import STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "wrong person")


@pytest.fixture
def randomised() -> Participant:
    return course.randomised()


def serious(who: Participant, **values: Any) -> FormInstance:
    told = {"term": "Pulmonary embolism", "serious": "Y", **values}
    return course.row(who, "AE", told)


def strike(form: FormInstance) -> None:
    strike_row(form, by=STAGE, reason=MISTAKE, via=Source.COMMAND)


@pytest.mark.verifies("SAF-01")
def test_serious_draft_opens_one_report_and_tells_pi_and_safety(
    randomised: Participant,
) -> None:
    pi, officer, _coordinator = person("PI"), person("SO"), person("CO")

    event = serious(randomised)
    save(event, {"grade": "3"}, by=STAGE, via=Source.COMMAND)
    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)
    save(event, {"serious": "Y"}, by=STAGE, via=Source.COMMAND)

    (report,) = course.forms(randomised, "SAE")
    assert row_of(report).value_of("ae") == event.pk
    assert report.due_on == clock.site_date(clock.now() + timedelta(hours=24))
    told = Message.objects.filter(occasion="serious_event")
    assert {message.recipient for message in told} == {pi, officer}
    assert "embolism" not in "".join(message.text for message in told)


def test_event_not_serious_after_all_takes_its_untouched_report_back(
    randomised: Participant,
) -> None:
    event = serious(randomised)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)

    assert course.forms(randomised, "SAE") == []


def test_report_that_somebody_works_on_stays(randomised: Participant) -> None:
    event, coordinator = serious(randomised), person("CO")
    (report,) = course.forms(randomised, "SAE")
    save(report, {"narrative": "on the ward"}, by=coordinator, via=Source.PAGE)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND)

    assert course.forms(randomised, "SAE") == [report]


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
    randomised: Participant, values: dict[str, Any], facts: set[str]
) -> None:
    course.row(randomised, "AE", values)

    casebook = casebook_of(randomised)

    names = ("prior_reaction_g3", "related_sae", "unassessed_sae")
    assert {name for name in names if casebook.fact(name)} == facts
    assert casebook.fact("stop_rule_met") is bool(facts)


def test_reaction_at_the_bedside_opens_one_event(randomised: Participant) -> None:
    (bedside,) = course.forms(randomised, "INF")

    save(bedside, {"reaction": "Y"}, by=STAGE, via=Source.COMMAND)
    save(bedside, {"reaction": "N"}, by=STAGE, via=Source.COMMAND)
    save(bedside, {"reaction": "Y"}, by=STAGE, via=Source.COMMAND)

    (event,) = course.forms(randomised, "AE")
    assert row_of(event).value_of("infusion_reaction") == "Y"
    assert row_of(event).value_of("infusion_number") == "1"


def test_death_asks_for_event_report_and_end_of_study(randomised: Participant) -> None:
    course.enter(randomised, "DTH", {"death_on": course.day(10).isoformat()})

    (event,) = course.forms(randomised, "AE")
    assert row_of(event).value_of("outcome") == "fatal"
    assert [len(course.forms(randomised, code)) for code in ("SAE", "EOS")] == [1, 1]


def test_revoked_death_takes_back_what_nobody_worked_on(
    randomised: Participant,
) -> None:
    death = course.enter(randomised, "DTH", {"death_on": course.day(10).isoformat()})

    strike(death)

    left = [len(course.forms(randomised, code)) for code in ("AE", "SAE", "EOS")]
    assert left == [0, 0, 0]
    assert casebook_of(randomised).fact("death_on") is None


def test_death_after_a_known_fatal_event_opens_no_second_one(
    randomised: Participant,
) -> None:
    event = serious(
        randomised, grade="5", outcome="fatal", seriousness=["death"], ongoing="N"
    )
    (death,) = course.forms(randomised, "DTH")
    assert death.status == FormStatus.NOT_STARTED

    course.enter(randomised, "DTH", {"death_on": "2026", "ae": event.pk})

    assert course.forms(randomised, "AE") == [event]


def test_anomaly_of_a_child_is_a_serious_event(randomised: Participant) -> None:
    told = {"who": "partner", "partner_consented": "Y", "outcome": "live_birth"}

    course.row(randomised, "PRG", {**told, "anomaly": "Y"})

    (event,) = course.forms(randomised, "AE")
    assert row_of(event).value_of("seriousness") == ["congenital"]
    assert len(course.forms(randomised, "SAE")) == 1


def of_partner(who: Participant, **values: Any) -> FormInstance:
    return course.row(who, "PRG", {"who": "partner", **values})


def change(form: FormInstance, **values: Any) -> None:
    save(form, values, by=STAGE, via=Source.COMMAND, erase=True)


def test_nothing_is_kept_of_a_partner_who_did_not_consent(
    randomised: Participant,
) -> None:
    refused = of_partner(randomised, partner_consented="N", outcome="ongoing")

    assert row_of(refused).value_of("outcome") is None
    assert row_of(refused).value_of("who") == "partner"


def test_anomaly_that_was_none_takes_its_event_back(randomised: Participant) -> None:
    child = of_partner(
        randomised, partner_consented="Y", outcome="live_birth", anomaly="Y"
    )

    change(child, anomaly="N")

    assert course.forms(randomised, "AE") == course.forms(randomised, "SAE") == []


def test_pregnancy_found_as_an_event_is_followed_beside_that_of_a_partner(
    randomised: Participant,
) -> None:
    (sex,) = course.forms(randomised, "DEM")
    change(sex, sex="F")
    of_partner(randomised)
    event = course.row(randomised, "AE", {"term": "Pregnancy", "pregnancy": "Y"})
    partner, own = course.forms(randomised, "PRG")
    assert row_of(own).value_of("who") == "participant"

    strike(event)

    assert course.forms(randomised, "PRG") == [partner]


def test_pregnancy_stays_writable_after_the_end_of_study(
    randomised: Participant,
) -> None:
    pregnancy = of_partner(randomised, partner_consented="Y", outcome="ongoing")
    course.enter(randomised, "DTH", {"death_on": course.day(10).isoformat()})
    course.enter(randomised, "EOS", {"reason": "died", "on": course.day(10)})

    change(pregnancy, outcome="live_birth", outcome_on=course.day(0).isoformat())

    assert row_of(pregnancy).value_of("outcome") == "live_birth"


def test_death_without_its_date_takes_back_what_followed(
    randomised: Participant,
) -> None:
    death = course.enter(randomised, "DTH", {"death_on": course.day(10).isoformat()})

    change(death, death_on=None)

    left = [len(course.forms(randomised, code)) for code in ("AE", "SAE", "EOS")]
    assert left == [0, 0, 0]


def test_death_form_stays_asked_for_while_a_call_reports_the_death(
    randomised: Participant,
) -> None:
    course.row(randomised, "CAL", {"result": "death_reported"})
    event = course.row(randomised, "AE", {"term": "Sepsis", "grade": "5"})

    change(event, grade="4")
    course.row(randomised, "AE", {"term": "Nausea", "grade": "1"})

    assert len(course.forms(randomised, "DTH")) == 1


def test_event_struck_out_no_longer_asks_for_the_death_form(
    randomised: Participant,
) -> None:
    event = course.row(randomised, "AE", {"term": "Sepsis", "outcome": "fatal"})

    strike(event)

    assert course.forms(randomised, "DTH") == []
