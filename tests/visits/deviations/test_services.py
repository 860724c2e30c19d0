"""Deviations: found once, resolved by people, asked about when ground falls away."""

from datetime import timedelta

import pytest

from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.forms import save, sign_form, strike_row
from record.casebook.models import FormInstance, Participant
from record.review.models import Query, Signature
from record.review.services import freeze
from tests.people import STAGE, person
from tests.randomization.stage import proof_of
from tests.visits import stage
from trial_edc import clock
from visits.deviations.selectors import day_0_change as deviations_selectors
from visits.deviations.tasks import raise_missed_visits
from visits.schedule import selectors, services

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "an hour was misread")
ASSESSED = {"effect": "data", "importance": "important", "action": "Site told."}


def bedside_record(someone: Participant) -> FormInstance:
    return FormInstance.objects.get(participant=someone, code="INF", visit="D0")


def deviations(someone: Participant) -> list[FormInstance]:
    held = FormInstance.objects.filter(participant=someone, code="DEV")
    return list(held.order_by("occurrence"))


def assessed_and_signed(form: FormInstance) -> Signature:
    """Assess a deviation as investigator, confirm it as principal investigator."""
    told = {**ASSESSED, "resolved_at": clock.now()}
    save(form, told, by=person("IN"), via=Source.PAGE, complete=True)
    principal = person("PI")
    return sign_form(form, proof=proof_of(principal), by=principal)


def windows(someone: Participant) -> list[bool]:
    """Return whether each deviation of a window stands; others may come beside it."""
    return [
        form.struck_at is None
        for form in deviations(someone)
        if stage.stored(form).get("rule") == "VISIT-OUT-OF-WINDOW VIS D7 #1"
    ]


def questions(form: FormInstance) -> list[tuple[str, str, str]]:
    held = Query.objects.filter(form=form).order_by("pk")
    return [(one.item, one.check_id, one.state) for one in held]


def late_day_7() -> tuple[Participant, FormInstance]:
    """Return somebody whose day 7 was on day 10, with the signed deviation."""
    someone = stage.randomized(ago=12.5)
    stage.infuse(someone, ago=12)
    stage.attend(someone, "D7", ago=2, window_reason="clinical")
    (found,) = deviations(someone)
    assessed_and_signed(found)
    found.refresh_from_db()
    return someone, found


@pytest.mark.verifies("WIN-08")
def test_another_day_0_strikes_no_signed_deviation_but_asks_about_it():
    someone, found = late_day_7()
    before = stage.stored(found).values
    entries = Entry.objects.filter(form_id=found.pk).count()

    stage.change(bedside_record(someone), started_at=stage.days_ago(9))

    found.refresh_from_db()
    assert found.struck_at is None
    assert stage.stored(found).values == before
    assert Signature.objects.get(form=found).holds_for(found)
    assert questions(found) == [("rule", "DEV-03", "open")]
    told = Entry.objects.filter(form_id=found.pk)
    assert {e.table_name for e in told[entries:]} <= {
        "review_query",
        "review_querystep",
    }


@pytest.mark.verifies("WIN-08")
def test_question_closes_by_itself_when_the_ground_is_back_and_comes_again():
    someone, found = late_day_7()
    record = bedside_record(someone)

    states = []
    for ago in (9, 12, 9):
        stage.change(record, started_at=stage.days_ago(ago))
        states.append(questions(found))

    ask = ("rule", "DEV-03")
    assert states == [[(*ask, "open")], [(*ask, "closed")], [(*ask, "open")]]
    assert windows(someone) == [True]


@pytest.mark.verifies("WIN-08")
def test_what_was_struck_for_lack_of_ground_is_found_again_when_it_is_back():
    someone, found = late_day_7()
    record = bedside_record(someone)
    stage.change(record, started_at=stage.days_ago(9))
    strike_row(found, by=person("CO"), reason=MISTAKE, via=Source.PAGE)

    stage.change(record, started_at=stage.days_ago(12))
    stage.change(record, started_at=stage.days_ago(11.5))

    assert windows(someone) == [False, True]


def test_what_people_struck_though_it_held_stays_struck():
    someone, found = late_day_7()
    strike_row(found, by=person("CO"), reason=MISTAKE, via=Source.PAGE)

    stage.change(bedside_record(someone), started_at=stage.days_ago(12.2))

    assert windows(someone) == [False]


@pytest.mark.verifies("WIN-08")
def test_visit_found_missed_before_the_discharge_was_entered_is_asked_about():
    someone = stage.infused(ago=12)
    stage.attend(someone, "D0", ago=12)
    stage.attend(someone, "D7", ago=5)
    raise_missed_visits()
    found = {row.get("rule"): row for row in map(stage.stored, deviations(someone))}
    day_5 = next(
        form
        for form in deviations(someone)
        if stage.stored(form).get("rule") == "VISIT-MISSED VIS D5 #1"
    )
    left = {"in_at": stage.days_ago(13), "out_at": stage.days_ago(9)}

    stay = stage.row(someone, "STY", {"kind": "hospital", "hospital": "ours", **left})
    asked = questions(day_5)
    strike_row(stay, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert "VISIT-MISSED VIS D3 #1" in found
    assert asked == [("rule", "DEV-03", "open")]
    assert questions(day_5) == [("rule", "DEV-03", "closed")]


def test_frozen_deviation_is_left_alone():
    someone, found = late_day_7()
    freeze(found, by=person("MO"), reason=MISTAKE, on=True)

    stage.change(bedside_record(someone), started_at=stage.days_ago(9))

    assert questions(found) == []
    assert windows(someone) == [True]


@pytest.mark.verifies("WIN-01")
def test_infusion_1_later_than_a_day_after_randomisation_is_told():
    in_time, late = stage.randomized(1, ago=5), stage.randomized(2, ago=5)

    stage.infuse(in_time, ago=4)
    stage.infuse(late, ago=4 - 1 / 1440)

    assert stage.rules_broken(in_time) == []
    assert stage.rules_broken(late) == ["INFUSION-1-LATE INF D0 #1"]


def test_window_that_closed_before_a_death_is_still_told():
    someone = stage.infused(ago=9)
    stage.attend(someone, "D0", ago=9)
    for n in range(1, 7):
        stage.attend(someone, f"D{n}", ago=9 - n)
    stage.enter(someone, "DTH", {"death_on": stage.day(0).isoformat()})

    raise_missed_visits()

    assert stage.rules_broken(someone) == ["VISIT-MISSED VIS D7 #1"]


def test_unscheduled_visit_that_came_to_nothing_is_settled_without_a_deviation():
    someone = stage.infused(ago=5)
    at = clock.now() + timedelta(days=1)
    data = services.add_unscheduled_visit(someone, by=STAGE, appointment_at=at)
    (row,) = [
        r
        for r in selectors.schedule_rows(someone, selectors.schedule(someone))
        if r.visit.code == "UNS"
    ]

    services.mark_missed(data, by=STAGE, reason="refused")

    assert row.may_be_missed
    assert selectors.schedule(someone).visits[-1].status == "missed"
    assert stage.rules_broken(someone) == []


@pytest.mark.verifies("WIN-08")
def test_what_loses_its_ground_is_told_before_another_day_0_is_saved():
    someone, found = late_day_7()

    changes = deviations_selectors.preview_day0_change(someone, stage.days_ago(9))

    lost = {one.code.value: one.loses_ground for one in changes if one.loses_ground}
    assert lost == {"D7": (found.occurrence,)}
    day_7 = next(one for one in changes if one.code == "D7")
    assert day_7.deviations == "DEV #1 loses its ground; people decide about it"
    assert questions(found) == []


@pytest.mark.verifies("WIN-08")
@pytest.mark.parametrize(
    "via", [Source.IMPORT, Source.API, Source.TASK, Source.COMMAND]
)
def test_by_whatever_way_day_0_changes_a_signed_deviation_stays(via):
    someone, found = late_day_7()
    moved = {"started_at": stage.days_ago(9)}

    save(bedside_record(someone), moved, by=STAGE, via=via)

    found.refresh_from_db()
    assert found.struck_at is None
    assert Signature.objects.get(form=found).holds_for(found)
    assert questions(found) == [("rule", "DEV-03", "open")]


@pytest.mark.verifies("WIN-08")
def test_correcting_the_visit_itself_strikes_nothing_either():
    someone, found = late_day_7()
    visit = selectors.visit_record(someone, "D7")

    stage.change(visit, visit_date=stage.day(5))

    found.refresh_from_db()
    assert found.struck_at is None
    assert questions(found) == [("rule", "DEV-03", "open")]


@pytest.mark.verifies("WIN-08")
def test_infusion_that_was_not_given_after_all_takes_the_ground_of_its_deviations():
    someone = stage.randomized(ago=5)
    record = stage.infuse(someone, ago=3)
    (late,) = deviations(someone)

    stage.change(record, given="not_given", not_given_reason="clinical")

    assert stage.stored(late).get("rule") == "INFUSION-1-LATE INF D0 #1"
    assert late.struck_at is None
    assert questions(late) == [("rule", "DEV-03", "open")]
