"""Deviations: recorded once, resolved by people, queried when the condition ends."""

from datetime import timedelta

import pytest

from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import sign_form, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.review.models import Query, Signature
from record.review.services import freeze
from tests.people import STAGE, person
from tests.randomization.stage import proof_of
from tests.shown import revision
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
    forms = FormInstance.objects.filter(participant=someone, code="DEV")
    return list(forms.order_by("occurrence"))


def assessed_and_signed(form: FormInstance) -> Signature:
    """Assess a deviation as investigator, confirm it as principal investigator."""
    values = {**ASSESSED, "resolved_at": clock.now()}
    save(form, values, by=person("IN"), via=Source.PAGE, complete=True)
    principal = person("PI")
    return sign_form(
        form, shown_revision=revision(form), proof=proof_of(principal), by=principal
    )


def window_deviations_stand(someone: Participant) -> list[bool]:
    """Whether each deviation of the day-7 window stands."""
    return [
        form.struck_at is None
        for form in deviations(someone)
        if stage.occasion(form) == "VISIT-OUT-OF-WINDOW VIS D7 #1"
    ]


def queries_of(form: FormInstance) -> list[tuple[str, str, str]]:
    queries = Query.objects.filter(form=form).order_by("pk")
    return [(query.item, query.check_id, query.state) for query in queries]


def late_day_7() -> tuple[Participant, FormInstance]:
    """A participant whose day 7 was on day 10, and the signed deviation."""
    someone = stage.randomized(ago=12.5)
    stage.infuse(someone, ago=12)
    stage.attend(someone, "D7", ago=2, window_reason="clinical")
    (deviation,) = deviations(someone)
    assessed_and_signed(deviation)
    deviation.refresh_from_db()
    return someone, deviation


@pytest.mark.verifies("WIN-08")
def test_another_day_0_strikes_no_signed_deviation_but_queries_it():
    someone, deviation = late_day_7()
    before = stage.stored(deviation).values
    entries = Entry.objects.filter(form_id=deviation.pk).count()

    stage.change(bedside_record(someone), started_at=stage.days_ago(9))

    deviation.refresh_from_db()
    assert deviation.struck_at is None
    assert stage.stored(deviation).values == before
    assert Signature.objects.get(form=deviation).holds_for(deviation)
    assert queries_of(deviation) == [("rule", "DEV-03", "open")]
    later_entries = Entry.objects.filter(form_id=deviation.pk)
    assert {entry.table_name for entry in later_entries[entries:]} <= {
        "review_query",
        "review_querystep",
    }


@pytest.mark.verifies("WIN-08")
def test_query_closes_when_the_condition_is_back_and_opens_again():
    someone, deviation = late_day_7()
    record = bedside_record(someone)

    states = []
    for ago in (9, 12, 9):
        stage.change(record, started_at=stage.days_ago(ago))
        states.append(queries_of(deviation))

    query = ("rule", "DEV-03")
    assert states == [[(*query, "open")], [(*query, "closed")], [(*query, "open")]]
    assert window_deviations_stand(someone) == [True]


@pytest.mark.verifies("WIN-08")
def test_deviation_struck_without_its_condition_is_recorded_again_with_it():
    someone, deviation = late_day_7()
    record = bedside_record(someone)
    stage.change(record, started_at=stage.days_ago(9))
    strike_row(deviation, by=person("CO"), reason=MISTAKE, via=Source.PAGE)

    stage.change(record, started_at=stage.days_ago(12))
    stage.change(record, started_at=stage.days_ago(11.5))

    assert window_deviations_stand(someone) == [False, True]


def test_deviation_struck_with_its_condition_stays_struck():
    someone, deviation = late_day_7()
    strike_row(deviation, by=person("CO"), reason=MISTAKE, via=Source.PAGE)

    stage.change(bedside_record(someone), started_at=stage.days_ago(12.2))

    assert window_deviations_stand(someone) == [False]


@pytest.mark.verifies("WIN-08")
def test_visit_missed_until_a_discharge_was_entered_is_queried():
    someone = stage.infused(ago=12)
    stage.attend(someone, "D0", ago=12)
    stage.attend(someone, "D7", ago=5)
    raise_missed_visits()
    occasions = set(map(stage.occasion, deviations(someone)))
    day_5 = next(
        form
        for form in deviations(someone)
        if stage.occasion(form) == "VISIT-MISSED VIS D5 #1"
    )
    times = {"in_at": stage.days_ago(13), "out_at": stage.days_ago(9)}

    stay = stage.row(someone, "STY", {"kind": "hospital", "hospital": "ours", **times})
    queries_after_stay = queries_of(day_5)
    strike_row(stay, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert "VISIT-MISSED VIS D3 #1" in occasions
    assert queries_after_stay == [("rule", "DEV-03", "open")]
    assert queries_of(day_5) == [("rule", "DEV-03", "closed")]


def test_frozen_deviation_is_left_alone():
    someone, deviation = late_day_7()
    freeze(deviation, by=person("MO"), reason=MISTAKE, on=True)

    stage.change(bedside_record(someone), started_at=stage.days_ago(9))

    assert queries_of(deviation) == []
    assert window_deviations_stand(someone) == [True]


@pytest.mark.verifies("WIN-01")
def test_infusion_1_later_than_a_day_after_randomization_is_a_deviation():
    in_time, late = stage.randomized(1, ago=5), stage.randomized(2, ago=5)

    stage.infuse(in_time, ago=4)
    stage.infuse(late, ago=4 - 1 / 1440)

    assert stage.rules_broken(in_time) == []
    assert stage.rules_broken(late) == ["INFUSION-1-LATE INF D0 #1"]


def test_window_that_closed_before_a_death_is_a_deviation():
    someone = stage.infused(ago=9)
    stage.attend(someone, "D0", ago=9)
    for n in range(1, 7):
        stage.attend(someone, f"D{n}", ago=9 - n)
    stage.enter(someone, "DTH", {"death_on": stage.day(0).isoformat()})

    raise_missed_visits()

    assert stage.rules_broken(someone) == ["VISIT-MISSED VIS D7 #1"]


def test_unscheduled_visit_is_marked_missed_without_a_deviation():
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
def test_deviations_that_lose_their_condition_are_shown_before_day_0_is_saved():
    someone, deviation = late_day_7()

    changes = deviations_selectors.preview_day0_change(someone, stage.days_ago(9))

    lost = {
        change.code.value: change.outdated_deviations
        for change in changes
        if change.outdated_deviations
    }
    assert lost == {"D7": (deviation.occurrence,)}
    day_7 = next(change for change in changes if change.code == "D7")
    assert day_7.deviations == "DEV #1 loses its ground; people decide about it"
    assert queries_of(deviation) == []


@pytest.mark.verifies("WIN-08")
@pytest.mark.parametrize(
    "via", [Source.IMPORT, Source.API, Source.TASK, Source.COMMAND]
)
def test_by_whatever_way_day_0_changes_a_signed_deviation_stays(via):
    someone, deviation = late_day_7()
    moved = {"started_at": stage.days_ago(9)}

    save(bedside_record(someone), moved, by=STAGE, via=via)

    deviation.refresh_from_db()
    assert deviation.struck_at is None
    assert Signature.objects.get(form=deviation).holds_for(deviation)
    assert queries_of(deviation) == [("rule", "DEV-03", "open")]


@pytest.mark.verifies("WIN-08")
def test_correcting_the_visit_itself_strikes_nothing_either():
    someone, deviation = late_day_7()
    visit = selectors.visit_record(someone, "D7")

    stage.change(visit, visit_date=stage.day(5))

    deviation.refresh_from_db()
    assert deviation.struck_at is None
    assert queries_of(deviation) == [("rule", "DEV-03", "open")]


@pytest.mark.verifies("WIN-08")
def test_infusion_not_given_after_all_ends_the_condition_of_its_deviations():
    someone = stage.randomized(ago=5)
    record = stage.infuse(someone, ago=3)
    (late,) = deviations(someone)

    stage.change(record, given="not_given", not_given_reason="clinical")

    assert stage.occasion(late) == "INFUSION-1-LATE INF D0 #1"
    assert late.struck_at is None
    assert queries_of(late) == [("rule", "DEV-03", "open")]
