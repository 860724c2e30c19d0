"""A form that was not done is stated so, with a reason, and taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Reason
from record.audit.models import Entry
from record.casebook.models import FormInstance, FormStatus
from record.review.services import freeze
from tests.entry.form.pages import FORBIDDEN, signed_in
from tests.people import person
from tests.visits.stage import attend, enter, infused, status
from visits.missing_forms.selectors import missing_forms

pytestmark = pytest.mark.django_db
LOST = "The sample was lost."


@pytest.fixture
def panel() -> FormInstance:
    """An empty laboratory panel of a visit that is done."""
    participant = infused(ago=28)
    attend(participant, "D28", ago=0)
    return FormInstance.objects.get(participant=participant, code="LAB", visit="D28")


@pytest.fixture
def coordinator() -> Client:
    return signed_in("CO")


def state(client: Client, form: FormInstance, text: str = LOST, act: str = "not_done"):
    url = reverse("entry:not_done", args=[form.pk])
    return client.post(url, {"act": act, "text": text}, follow=True)


def page_of(client: Client, form: FormInstance) -> str:
    return client.get(reverse("entry:form", args=[form.pk])).content.decode()


def test_a_form_that_was_not_done_is_missing_no_more(coordinator, panel) -> None:
    assert panel in missing_forms()
    assert "This form was not done…" in page_of(coordinator, panel)

    state(coordinator, panel)

    panel.refresh_from_db()
    assert panel.status == FormStatus.NOT_DONE
    assert panel not in missing_forms()
    assert LOST in page_of(coordinator, panel)
    entry = Entry.objects.filter(form_id=panel.pk).latest("pk")
    assert entry.reasons[""] == {"code": "not_done", "text": LOST}


def test_it_is_taken_back_with_a_reason(coordinator, panel) -> None:
    state(coordinator, panel)

    state(coordinator, panel, "It was found.", "take_back")

    panel.refresh_from_db()
    assert panel.status == FormStatus.NOT_STARTED
    assert panel in missing_forms()
    assert LOST not in page_of(coordinator, panel)


def test_another_save_of_the_visit_leaves_it_so(coordinator, panel) -> None:
    state(coordinator, panel)

    attend(panel.participant, "D28", ago=0, in_hospital="N")

    assert status(panel.participant, "D28", "LAB") == FormStatus.NOT_DONE
    assert status(panel.participant, "D28", "VIT") == FormStatus.NOT_STARTED


def test_without_a_reason_nothing_changes(coordinator, panel) -> None:
    answer = state(coordinator, panel, " ")

    panel.refresh_from_db()
    assert panel.status == FormStatus.NOT_STARTED
    assert "Write the reason; nothing changed." in answer.content.decode()


def test_a_form_that_somebody_began_meanwhile_stays(coordinator, panel) -> None:
    enter(panel.participant, "LAB", {"crp": 5}, visit="D28")

    answer = state(coordinator, panel)

    panel.refresh_from_db()
    assert panel.status == FormStatus.DRAFT
    assert "Somebody has begun this form meanwhile" in answer.content.decode()
    assert LOST in answer.content.decode()


def test_a_frozen_form_stays(coordinator, panel) -> None:
    freeze(panel, by=person("MO"), reason=Reason("closing", "Done."), on=True)

    answer = state(coordinator, panel)

    panel.refresh_from_db()
    assert panel.status == FormStatus.NOT_STARTED
    page = answer.content.decode()
    assert "This form was frozen on 2026-04-14 12:00; nothing was saved." in page
    assert LOST in page


def test_saying_it_twice_says_it_once(coordinator, panel) -> None:
    state(coordinator, panel)
    entries = Entry.objects.count()

    answer = state(coordinator, panel)

    assert "That was done already; nothing changed." in answer.content.decode()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("role", "code", "act"),
    [("MO", "LAB", "not_done"), ("CO", "VIS", "not_done"), ("CO", "LAB", "other")],
)
def test_who_and_what_may_not(panel, role, code, act) -> None:
    form = FormInstance.objects.get(
        participant=panel.participant, code=code, visit="D28"
    )

    assert state(signed_in(role), form, act=act).status_code == FORBIDDEN
