"""Forms that nobody began, as lists and the casebook find them."""

from collections.abc import Callable

import pytest

from enrollment.screening.facts.participant_status import CODES
from enrollment.screening.selectors import statuses_of
from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of
from record.casebook.services.form_instances import mark_status, open_form_instance
from tests import people
from tests.people import STAGE
from tests.visits.stage import (
    SEEN,
    attend,
    change,
    day,
    enter,
    infused,
    participant,
    row,
)
from visits.missing_forms.selectors import (
    lines_before_lock,
    missing_forms,
    missing_forms_visible_to,
    missing_of,
)
from visits.schedule.facts import FORMS
from visits.schedule.selectors import schedules_of
from visits.schedule.services import add_unscheduled_visit, mark_missed

pytestmark = pytest.mark.django_db
Life = Callable[[], Participant]


def places(forms) -> list[str]:
    return sorted(f"{form.code} {form.visit}".strip() for form in forms)


def at_visit(person: Participant, visit: str) -> list[str]:
    return places(missing_forms().filter(participant=person, visit=visit))


def form_of(person: Participant, code: str, visit: str) -> FormInstance:
    return FormInstance.objects.get(
        participant=person, code=code, visit=visit, occurrence=1
    )


def with_visit_done() -> Participant:
    person = infused(ago=28)
    attend(person, "D28", ago=0)
    return person


def past_window() -> Participant:
    return infused(ago=32)


def on_last_day() -> Participant:
    return infused(ago=31)


def marked_missed() -> Participant:
    person = infused(ago=40)
    mark_missed(
        form_of(person, "VIS", "D28"), by=STAGE, reason="refused", via=Source.COMMAND
    )
    return person


def dead() -> Participant:
    person = infused(ago=40)
    enter(person, "DTH", {"death_on": day(30)})
    return person


def dead_after_window() -> Participant:
    person = infused(ago=60)
    enter(person, "DTH", {"death_on": day(5)})
    return person


def withdrawn_after_window() -> Participant:
    person = infused(ago=60)
    row(person, "WDR", {"kind": "everything", "on": day(5)})
    return person


def withdrawn() -> Participant:
    person = infused(ago=40)
    row(person, "WDR", {"kind": "everything", "on": day(30)})
    return person


def in_screening() -> Participant:
    return participant(consented=3)


def opened() -> Participant:
    person = infused(ago=5)
    open_form_instance(person, "EOS", by=STAGE, via=Source.COMMAND)
    add_unscheduled_visit(person, by=STAGE, with_examinations=True, via=Source.COMMAND)
    return person


LIVES: dict[Life, list[str]] = {
    with_visit_done: ["LAB D28", "O28 D28", "VIT D28"],
    past_window: ["LAB D28", "O28 D28", "VIS D28", "VIT D28"],
    on_last_day: [],
    marked_missed: [],
    dead: ["O28 D28"],
    withdrawn: [],
    # What ended later takes nothing back of a visit that was over by then.
    dead_after_window: ["LAB D28", "O28 D28", "VIS D28", "VIT D28"],
    withdrawn_after_window: ["LAB D28", "O28 D28", "VIS D28", "VIT D28"],
}


@pytest.mark.parametrize(("life", "missing"), LIVES.items())
def test_forms_of_a_visit_are_missing_by_its_state(life, missing) -> None:
    assert at_visit(life(), "D28") == missing


@pytest.mark.parametrize("life", [*LIVES, in_screening, opened])
def test_lists_and_casebook_agree(life) -> None:
    person = life()
    casebooks = casebooks_of([person], sorted({*FORMS, *CODES}))
    plan = schedules_of([person], casebooks)[person.pk]
    status = statuses_of([person], casebooks)[person.pk]
    forms = FormInstance.objects.filter(participant=person)

    missing = missing_of(forms, casebooks[person.pk], plan, status)

    assert missing == set(missing_forms().values_list("pk", flat=True))


def test_what_was_opened_is_missing_until_it_is_begun() -> None:
    person = opened()
    assert at_visit(person, "") == ["CTC", "EOS", "MHX"]
    assert at_visit(person, "UNS") == ["VIS UNS"]

    visit = form_of(person, "VIS", "UNS")
    change(visit, **SEEN, visit_date=day(1))

    assert visit.status == FormStatus.DRAFT
    assert at_visit(person, "UNS") == ["LAB UNS", "VIT UNS"]


def test_beginning_a_form_or_stating_it_not_done_ends_it() -> None:
    person = with_visit_done()
    enter(person, "VIT", {"heart_rate": 80}, visit="D28")
    mark_status(
        form_of(person, "LAB", "D28"),
        FormStatus.NOT_DONE,
        by=STAGE,
        reason=Reason("not_done", "The sample was lost."),
        via=Source.COMMAND,
    )

    assert at_visit(person, "D28") == ["O28 D28"]


def test_a_role_finds_only_the_forms_that_it_may_see() -> None:
    with_visit_done()

    coordinator, pharmacist = map(people.person, ("CO", "UP"))

    assert at_visit_for(coordinator) == ["LAB D28", "O28 D28", "VIT D28"]
    assert at_visit_for(pharmacist) == []


def at_visit_for(user: User) -> list[str]:
    return places(missing_forms_visible_to(user).filter(visit="D28"))


@pytest.mark.verifies("LCK-01")
def test_they_stand_in_the_report_before_a_lock_without_identity() -> None:
    with_visit_done()

    lines = list(lines_before_lock())

    assert [line.what for line in lines if "D28" in line.what] == [
        "LAB D28 #1",
        "O28 D28 #1",
        "VIT D28 #1",
    ]
    assert [(line.number, line.what) for line in lines if not line.address] == [
        ("", "CTC")
    ]
