"""A death is asked for where one is reported, and recorded anew after a revoked one."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.capture.problems import SaveRefused
from record.capture.services.form_status import restore_row, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.casebook.values import MissingCode
from safety.deaths.consequences import ensure_death_form
from safety.deaths.facts import DEATH_ANSWERS
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc.consequences import ON_SAVE
from trial_edc.vocabulary import VisitStatus
from visits.schedule.selectors import schedule

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "Another person died.")
ANSWERS = [(form, item) for form, items in DEATH_ANSWERS.items() for item in items]
PLACES = {"IRQ": "D7", "INF": "D7", "VSI": "D0"}


def asked_first(form: str) -> Mapping[str, Any]:
    """What must be answered before a form takes the answer."""
    yesterday = stage.days_ago(1)
    beside: Mapping[str, Mapping[str, Any]] = {
        "SCN": {"screening_closed_at": yesterday},
        "IRQ": {"decision": "no_go_final"},
        "INF": {"given": "not_given"},
        "VSI": {"taken_at": MissingCode.NOT_DONE},
        "RRT": {"row_kind": "course", "ongoing": "N", "ended_at": "2026"},
        "STY": {"out_at": yesterday, "in_at": stage.days_ago(9)},
        "AE": {"serious": "Y"},
    }
    return beside.get(form, {})


def reported(who: Participant, form: str, item: str) -> FormInstance:
    code = DEATH_ANSWERS[form][item]
    answer = [code] if item == "seriousness" else code
    values = {**asked_first(form), item: answer}
    if form in PLACES or form == "SCN":
        return stage.enter(who, form, values, PLACES.get(form, ""))
    return stage.row(who, form, values)


def deaths(who: Participant) -> list[tuple[int, bool]]:
    """Number of each record of the death, and whether it stands."""
    forms = FormInstance.objects.filter(participant=who, code="DTH")
    return [(form.occurrence, form.struck_at is None) for form in forms]


def to_record(role: str) -> list[str]:
    items = work_for(person(role))
    return [item.text for item in items if item.kind == "To record"]


@pytest.mark.parametrize(("form", "item"), ANSWERS)
def test_an_answer_that_reports_a_death_asks_for_the_death_form(form, item):
    who = stage.infused()

    row = reported(who, form, item)

    assert deaths(who) == [(1, True)]
    assert "Death" in to_record("CO")
    if item == "seriousness":
        save(row, {item: ["hospitalisation"]}, by=STAGE, via=Source.COMMAND)
    else:
        save(row, {item: None}, by=STAGE, via=Source.COMMAND)
    assert deaths(who) == [(1, False)]


@pytest.mark.parametrize(("form", "item"), ANSWERS)
def test_each_answer_that_reports_a_death_is_heard(form, item):
    assert any(
        hook.run is ensure_death_form and item in hook.items for hook in ON_SAVE[form]
    )


@pytest.mark.parametrize("form", ["AE", "CAL", "RRT", "STY"])
def test_a_struck_row_reports_no_death(form):
    who = stage.infused()
    row = reported(who, form, next(iter(DEATH_ANSWERS[form])))

    strike_row(row, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    assert deaths(who) == [(1, False)]

    restore_row(row, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    assert deaths(who) == [(1, False), (2, True)]


def test_nobody_who_never_took_part_is_asked_about():
    who = stage.participant()
    consent = FormInstance.objects.get(participant=who, code="CNS")
    strike_row(consent, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    reported(who, "SCN", "screen_failure_reason")

    assert deaths(who) == []


@pytest.fixture
def coordinator() -> User:
    return person("CO")


def record_death(who: Participant, by: User) -> FormInstance:
    """Begin the form from the casebook's link."""
    client = Client()
    client.force_login(by)
    address = reverse("entry:open_form", args=[who.number, "DTH"])
    client.post(address, {"based_on": "0", "save_as": "draft", "place": "home"})
    return FormInstance.objects.filter(participant=who, code="DTH").latest("occurrence")


def died(form: FormInstance, days_ago: float) -> None:
    save(form, {"death_on": stage.day(days_ago).isoformat()}, by=STAGE)


def test_after_a_revoked_death_the_true_one_is_recorded(coordinator):
    who = stage.infused(ago=36)
    first = record_death(who, coordinator)
    died(first, 20)
    strike_row(first, by=person("IN"), reason=MISTAKE, via=Source.PAGE)
    assert schedule(who).visit("D28").status == VisitStatus.OVERDUE

    second = record_death(who, coordinator)
    died(second, 13)

    assert deaths(who) == [(1, False), (2, True)]
    assert casebook_of(who).fact("death_on").text == stage.day(13).isoformat()
    assert schedule(who).visit("D28").status == VisitStatus.NOT_REQUIRED
    assert record_death(who, coordinator) == second


def test_a_form_that_was_withdrawn_empty_stays_so_and_another_is_opened(coordinator):
    who = stage.infused()
    fatal = reported(who, "AE", "grade")
    save(fatal, {"grade": "4"}, by=STAGE, via=Source.COMMAND)
    assert deaths(who) == [(1, False)]

    record_death(who, coordinator)

    assert deaths(who) == [(1, False), (2, True)]


def test_one_record_of_a_death_stands(coordinator):
    who = stage.infused()
    first = record_death(who, coordinator)
    died(first, 3)
    strike_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    second = record_death(who, coordinator)
    died(second, 2)

    with pytest.raises(SaveRefused) as refusal:
        restore_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert [finding.check_id for finding in refusal.value.findings] == ["DTH-04"]
    assert deaths(who) == [(1, False), (2, True)]


def test_the_record_restored_takes_the_place_of_an_empty_one(coordinator):
    who = stage.infused()
    first = record_death(who, coordinator)
    died(first, 3)
    strike_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    form_instances.open_form_instance(who, "DTH", by=STAGE, via=Source.COMMAND)

    restore_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert deaths(who) == [(1, True), (2, False)]


def test_a_death_before_what_was_seen_meanwhile_is_not_restored(coordinator):
    who = stage.infused()
    first = record_death(who, coordinator)
    died(first, 3)
    strike_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    stage.row(who, "CRE", {"sample_at": stage.days_ago(1), "value": 80})

    with pytest.raises(SaveRefused) as refusal:
        restore_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert [finding.check_id for finding in refusal.value.findings] == ["DTH-01"]
