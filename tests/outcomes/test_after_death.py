"""After a death its outcome forms are asked for, with what is known already."""

from datetime import date, timedelta
from typing import Any

import pytest

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Source, attributed
from record.casebook.derived import offers
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance
from record.casebook.values import Partial
from tests.people import STAGE, person
from tests.visits import stage
from tests.visits.edit_checks import COURSE, DAY_0
from trial_edc import clock
from trial_edc.dates import site_date

OUTCOMES = ["Day 28 outcome · D28", "Month 3 outcome · M3"]


def offered(form: str, visit: str, *others: FormData, **death: Any) -> Any:
    record = FormData("DTH", death)
    blank = FormData(form, {}, visit=visit)
    return offers(blank, Casebook.of([*COURSE, record, *others]))


@pytest.mark.parametrize(
    ("source", "known_from"),
    [("record", "record"), ("certificate", "record"), ("relatives", "relative")],
)
@pytest.mark.parametrize(("form", "visit"), [("O28", "D28"), ("OM3", "M3")])
def test_outcome_begins_from_the_death_form(form, visit, source, known_from):
    values = offered(form, visit, death_on=Partial("2026-03-05"), source=source)

    assert values == {
        "vital_status": "dead",
        "status_known_on": date(2026, 3, 5),
        "status_source": known_from,
    }


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ("2026-04-01", "dead"),  # day 31, on which the visit closes
        ("2026-04-02", None),
        ("2026-03", "dead"),
        ("2026-04", None),
    ],
)
def test_only_who_surely_died_before_the_visit_closed_is_offered_as_dead(known, status):
    values = offered("O28", "D28", death_on=Partial(known))

    assert DAY_0.date() == date(2026, 3, 1)
    assert values.get("vital_status") == status
    assert values.get("status_known_on") == (
        date(2026, 4, 1) if known == "2026-04-01" else None
    )


def test_without_a_death_nothing_is_offered():
    assert offered("O28", "D28") == offered("OM3", "M3") == {}


@pytest.mark.django_db
def test_outcomes_after_a_death_stand_in_my_work_until_they_are_begun():
    who, coordinator = stage.infused(ago=10), person("CO")
    before = {item.text for item in work_for(coordinator)}
    stage.enter(who, "DTH", {"death_on": stage.day(2).isoformat()})
    after = [item.text for item in work_for(coordinator) if item.kind == "To record"]
    due = FormInstance.objects.filter(code__in=("O28", "OM3"), due_on__isnull=False)

    stage.enter(who, "O28", {"vital_status": "dead"}, visit="D28")

    assert not before.intersection(OUTCOMES)
    assert sorted(after) == [*OUTCOMES[:1], "End of study", *OUTCOMES[1:]]
    assert due.count() == len(OUTCOMES)
    work = {item.text for item in work_for(coordinator) if item.kind == "To record"}
    assert work.intersection(OUTCOMES) == {"Month 3 outcome · M3"}


@pytest.mark.django_db
def test_outcomes_after_a_death_are_dated_by_the_day_it_was_recorded():
    who, coordinator = stage.infused(ago=10), person("CO")
    with attributed(by=STAGE, via=Source.COMMAND):
        FormInstance.objects.filter(code__in=("O28", "OM3")).update(
            created_at=clock.now() - timedelta(days=10)
        )
    stage.enter(who, "DTH", {"death_on": stage.day(2).isoformat()})

    outcomes = [item for item in work_for(coordinator) if item.text in OUTCOMES]

    assert [item.due_on for item in outcomes] == [site_date(clock.now())] * 2
