"""What follows for the schedule from infusions, visits, deaths and withdrawals."""

from datetime import timedelta

import pytest

from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import strike_row
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from tests.people import STAGE
from tests.visits import stage
from trial_edc.vocabulary import VisitStatus
from visits.deviations.facts import condition_no_longer_holds
from visits.deviations.selectors import day_0_change as deviations_selectors
from visits.deviations.tasks import raise_missed_visits
from visits.models import ProtocolDeviation
from visits.schedule import selectors, services
from visits.schedule.problems import VisitRefused

pytestmark = pytest.mark.django_db


def test_randomization_creates_every_visit_and_awaits_infusion_1():
    person = stage.randomized(ago=0.2)

    forms = FormInstance.objects.filter(participant=person, visit__gt="")
    at = {
        visit: sorted({form.code for form in forms if form.visit == visit})
        for visit in ("D0", "D3", "D7", "D28", "M3")
    }
    assert at == {
        "D0": ["INF", "IRQ", "LAB", "VIS", "VIT", "VSI"],
        "D3": ["VIS"],
        "D7": ["INF", "IRQ", "LAB", "VIS", "VIT", "VSI"],
        "D28": ["LAB", "O28", "VIS", "VIT"],
        "M3": ["LAB", "OM3", "VIS", "VIT"],
    }
    assert forms.filter(code="VSI", visit="D0").count() == 11
    assert stage.due(person, "D0") is not None
    assert stage.due(person, "D7") is None


def test_visit_forms_are_created_once():
    person = stage.randomized()
    before = FormInstance.objects.filter(participant=person).count()

    services.create_visit_forms(person)

    assert FormInstance.objects.filter(participant=person).count() == before


@pytest.mark.verifies("WIN-01")
def test_start_of_infusion_1_anchors_due_dates_and_a_change_moves_them():
    person = stage.randomized(ago=4)
    record = stage.infuse(person, ago=3)

    assert stage.due(person, "D7") == stage.day(3) + timedelta(days=8)
    assert stage.due(person, "D28", "O28") == stage.day(3) + timedelta(days=31)

    stage.change(record, started_at=stage.days_ago(2))

    assert stage.due(person, "D7") == stage.day(2) + timedelta(days=8)
    assert selectors.schedule(person).day0 == stage.day(2)


def test_infusion_entered_by_mistake_takes_day_0_back():
    person = stage.infused(ago=3)
    record = FormInstance.objects.get(participant=person, code="INF", visit="D0")

    stage.change(record, given="not_given", not_given_reason="clinical")

    assert selectors.schedule(person).day0 is None
    assert stage.due(person, "D28") is None


def test_change_of_day_0_is_shown_first():
    person = stage.infused(ago=9)
    stage.attend(person, "D7", ago=2)

    changes = deviations_selectors.preview_day0_change(person, stage.days_ago(12))

    day_7 = next(change for change in changes if change.code == "D7")
    assert day_7.before.target == stage.day(2)
    assert day_7.after.target == stage.day(5)
    assert day_7.leaves_window
    assert stage.rules_broken(person) == []


@pytest.mark.verifies("WIN-04")
def test_visit_outside_its_window_is_one_deviation_however_often_saved():
    person = stage.infused(ago=12)

    visit = stage.attend(person, "D7", ago=2, window_reason="clinical")
    stage.change(visit, visit_date=stage.day(3))
    stage.change(visit, visit_date=stage.day(5))
    stage.change(visit, visit_date=stage.day(2))

    assert stage.rules_broken(person) == ["VISIT-OUT-OF-WINDOW VIS D7 #1"]
    (deviation,) = ProtocolDeviation.objects.all()
    assert deviation.value_of("category") == "visit_window"
    assert deviation.value_of("raised_by") == "SYS"
    assert deviation.value_of("occurred_on") == stage.day(2)
    entries = Entry.objects.filter(
        form_id=deviation.form_id, table_name__contains="deviation"
    )
    assert {entry.actor for entry in entries} == {"process:deviations"}


def test_change_of_day_0_finds_visits_that_fall_out():
    person = stage.infused(ago=9)
    stage.attend(person, "D7", ago=2)
    record = FormInstance.objects.get(participant=person, code="INF", visit="D0")

    stage.change(record, started_at=stage.days_ago(5))

    assert stage.rules_broken(person) == [
        "VISIT-OUT-OF-WINDOW VIS D7 #1",
        "INFUSION-1-LATE INF D0 #1",
    ]


def test_visit_marked_missed_leaves_the_due_list_and_can_be_reopened():
    person = stage.infused(ago=9)
    record = selectors.visit_record(person, "D7")

    services.mark_missed(record, by=STAGE, reason="refused")

    assert selectors.schedule(person).visit("D7").status == VisitStatus.MISSED
    assert stage.due(person, "D7", "VIT") is None
    assert stage.status(person, "D7", "VIT") == "not_done"
    assert stage.rules_broken(person) == ["VISIT-MISSED VIS D7 #1"]

    services.reopen(record, by=STAGE, why="was seen after all")

    assert selectors.schedule(person).visit("D7").status == VisitStatus.OVERDUE
    assert stage.due(person, "D7", "VIT") == stage.day(1)
    assert stage.status(person, "D7", "VIT") == "not_started"


def test_missed_visits_are_recorded_once_each():
    person = stage.infused(ago=40)
    stage.attend(person, "D28", ago=12)
    stage.row(
        person,
        "STY",
        {
            "kind": "hospital",
            "hospital": "ours",
            "in_at": stage.days_ago(41),
            "out_at": stage.days_ago(40),
        },
    )

    raised = [raise_missed_visits(), raise_missed_visits()]

    assert raised == [1, 0]
    assert stage.rules_broken(person) == ["VISIT-MISSED VIS D7 #1"]


def test_marking_a_visit_missed_by_its_window_records_no_second_deviation():
    person = stage.infused(ago=40)
    raise_missed_visits()
    before = stage.rules_broken(person)

    services.mark_missed(
        selectors.visit_record(person, "D7"), by=STAGE, reason="unreachable"
    )

    assert stage.rules_broken(person) == before


def test_death_ends_what_is_later_and_a_revoked_one_brings_it_back():
    person = stage.infused(ago=5)
    before = stage.due(person, "D28")

    death = stage.enter(person, "DTH", {"death_on": stage.day(1).isoformat()})

    schedule = selectors.schedule(person)
    assert schedule.visit("D28").status == VisitStatus.NOT_REQUIRED
    assert stage.due(person, "D28") is None
    mistake = Reason("error", "another person")
    strike_row(death, by=STAGE, reason=mistake, via=Source.COMMAND)
    assert stage.due(person, "D28") == before


@pytest.mark.verifies("WIN-07")
@pytest.mark.parametrize(
    ("kind", "day_7", "infusion_2", "day_28"),
    [
        ("infusion_only", True, False, True),
        ("visits_lookup_allowed", False, False, True),
        ("everything", False, False, False),
    ],
)
def test_each_kind_of_withdrawal_closes_only_what_it_names(
    kind, day_7, infusion_2, day_28
):
    person = stage.infused(ago=3)

    stage.row(person, "WDR", {"kind": kind, "on": stage.day(1)})

    awaited = [
        stage.due(person, "D7", "VIT") is not None,
        stage.due(person, "D7", "IRQ") is not None,
        stage.due(person, "D28") is not None,
    ]
    assert awaited == [day_7, infusion_2, day_28]
    lookup = selectors.schedule(person).visit("D28").state.record_lookup
    assert lookup is (kind == "visits_lookup_allowed")


@pytest.mark.verifies("WIN-05")
def test_discharge_ends_in_hospital_visits_and_readmission_brings_them_back():
    person = stage.infused(ago=5)
    first = {"kind": "hospital", "hospital": "ours"}
    stage.row(
        person,
        "STY",
        {**first, "in_at": stage.days_ago(8), "out_at": stage.days_ago(1)},
    )
    assert selectors.schedule(person).visit("D14").status == VisitStatus.NOT_REQUIRED
    assert stage.due(person, "D14") is None
    assert stage.due(person, "D28") is not None

    stage.row(person, "STY", {**first, "in_at": stage.days_ago(0.5)})

    assert stage.due(person, "D14") is not None


@pytest.mark.verifies("INF-04")
def test_infusion_against_the_rule_is_recorded_and_important():
    person = stage.infused(ago=14)
    stage.row(person, "AE", {"infusion_reaction": "Y", "grade": "3"})

    record = stage.enter(
        person, "INF", {"given": "given", "started_at": stage.days_ago(1)}, visit="D7"
    )

    assert stage.stored(record).get("given") == "given"
    assert stage.rules_broken(person) == [
        "INFUSION-WITHOUT-GO INF D7 #1",
        "INFUSION-AGAINST-STOP-RULE INF D7 #1",
        "INFUSION-TOO-LATE INF D7 #1",
    ]
    deviations = ProtocolDeviation.objects.all()
    assert {deviation.value_of("importance") for deviation in deviations} == {
        "important"
    }


@pytest.mark.verifies("WIN-07", "INF-04")
@pytest.mark.parametrize(("withdrawn", "is_deviation"), [(2, True), (1, False)])
def test_infusion_after_a_withdrawal_is_a_deviation(withdrawn, is_deviation):
    person = stage.infused(ago=8)
    stage.enter(person, "IRQ", {"decision": "go"}, visit="D7")
    on = stage.day(withdrawn)
    leaving = stage.row(person, "WDR", {"kind": "infusion_only", "on": on})

    infusion = {"given": "given", "started_at": stage.days_ago(1)}
    stage.enter(person, "INF", infusion, visit="D7")

    rule = "INFUSION-AFTER-WITHDRAWAL INF D7 #1"
    assert (rule in stage.rules_broken(person)) is is_deviation
    (deviation,) = (
        ProtocolDeviation.objects.filter(rule=rule.split(maxsplit=1)[0])
        if is_deviation
        else (None,)
    )
    held_before = deviation is None or not condition_no_longer_holds(
        stage.stored(deviation.form), casebook_of(person)
    )
    strike_row(leaving, by=STAGE, reason=Reason("error", "x"), via=Source.COMMAND)
    assert held_before
    assert deviation is None or condition_no_longer_holds(
        stage.stored(deviation.form), casebook_of(person)
    )


@pytest.mark.parametrize(
    ("reason", "rules"), [("product", ["INFUSION-2-NOT-GIVEN"]), ("death", [])]
)
def test_infusion_2_not_given_is_recorded_once(reason, rules):
    person = stage.infused(ago=8)

    refusal = {"decision": "no_go_final", "reason": reason}
    stage.enter(person, "IRQ", refusal, visit="D7")
    missed = {"given": "not_given", "not_given_reason": reason}
    stage.enter(person, "INF", missed, visit="D7")

    assert stage.rules_broken(person) == rules


def test_infusion_2_stopped_by_rule_is_no_deviation():
    person = stage.infused(ago=8)
    stage.row(person, "AE", {"infusion_reaction": "Y", "grade": "4"})

    stage.enter(person, "IRQ", {"decision": "no_go_final", "reason": "ae"}, visit="D7")

    assert stage.rules_broken(person) == []


def test_failed_cover_and_seen_product_put_the_blinding_at_risk():
    person = stage.infused(ago=1)
    record = FormInstance.objects.get(participant=person, code="INF", visit="D0")

    stage.change(record, cover_intact="N", participant_saw="Y")
    stage.change(record, cover_intact="N", participant_saw="N")

    assert stage.rules_broken(person) == [
        "COVER-FAILED INF D0 #1",
        "INFUSION-SEEN INF D0 #1",
    ]


@pytest.mark.verifies("INF-03")
def test_time_points_after_the_stop_do_not_apply():
    person = stage.infused(ago=1)
    record = FormInstance.objects.get(participant=person, code="INF", visit="D0")

    stage.change(record, stopped_at=stage.days_ago(1) + timedelta(minutes=40))

    applies = [stage.status(person, "D0", "VSI", n) for n in range(1, 7)]
    assert applies == ["not_started"] * 3 + ["not_applicable"] * 2 + ["not_started"]

    stage.change(record, stopped_at=stage.days_ago(1) + timedelta(minutes=70))

    assert stage.status(person, "D0", "VSI", 5) == "not_started"


def test_infusion_refused_for_good_needs_no_bedside_record():
    person = stage.infused(ago=7)

    request = stage.enter(
        person, "IRQ", {"decision": "no_go_final", "reason": "clinical"}, visit="D7"
    )
    assert stage.status(person, "D7", "INF") == "not_applicable"

    stage.change(request, decision="go")
    assert stage.status(person, "D7", "INF") == "not_started"


def test_telephone_visit_needs_no_examinations():
    person = stage.infused(ago=91)

    stage.attend(person, "M3", ago=1, mode="telephone")

    assert [stage.status(person, "M3", code) for code in ("VIT", "LAB", "OM3")] == [
        "not_applicable",
        "not_applicable",
        "not_started",
    ]


def test_unscheduled_visits_are_numbered():
    person = stage.infused(ago=3)

    first = services.add_unscheduled_visit(person, by=STAGE)
    second = services.add_unscheduled_visit(
        person, by=STAGE, appointment_at=stage.days_ago(-1), with_examinations=True
    )

    assert (first.visit_number, second.visit_number) == (1, 2)
    assert stage.stored(second).get("appointment_at") == stage.days_ago(-1)
    forms = FormInstance.objects.filter(participant=person, visit="UNS", visit_number=2)
    assert sorted(form.code for form in forms) == ["LAB", "VIS", "VIT"]


def test_whoever_marks_a_visit_missed_second_overwrites_no_reason():
    someone = stage.infused(ago=20)
    record = FormInstance.objects.get(participant=someone, code="VIS", visit="D7")
    services.mark_missed(record, by=STAGE, reason="refused")

    services.mark_missed(record, by=STAGE, reason="refused")
    with pytest.raises(VisitRefused, match="reopen it first"):
        services.mark_missed(record, by=STAGE, reason="staff")

    stored = stage.stored(record)
    assert (stored.get("not_done_reason"), stored.revision) == ("refused", 1)


def test_visit_done_cannot_be_marked_missed():
    person = stage.infused(ago=9)
    record = stage.attend(person, "D7", ago=2)

    with pytest.raises(services.VisitRefused):
        services.mark_missed(record, by=STAGE, reason="refused")
    with pytest.raises(services.VisitRefused):
        services.reopen(record, by=STAGE, why="no")
