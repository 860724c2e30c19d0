"""The page that moves a form: number, preview, reason, signature."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.identity.selectors import has_person_key
from entry.models import FormMove
from record.casebook.models import FormInstance, Participant
from tests.people import PASSWORD, person
from tests.randomization import stage as trial

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("AUD-17")]


@pytest.fixture
def two() -> tuple[Participant, Participant]:
    """Two participants with numbers whose check letters fit."""
    return trial.eligible(), trial.eligible()


def browser(role: str, **details: object) -> Client:
    client = Client()
    client.force_login(person(role, **details))
    return client


def page_of(form: FormInstance) -> str:
    return reverse("entry:move", args=[form.pk])


def shown_in(text: str) -> str:
    match = re.search(r'name="shown" value="([^"]+)"', text)
    assert match is not None
    return match[1]


def test_an_investigator_sees_what_follows_signs_and_lands_on_the_other_form(
    two,
) -> None:
    first, second = two
    sample = trial.row(first, "CRE")
    values = {"sample_at": "2026-04-02 08:00", "value": (90, "umol/L")}
    trial.enter(sample, trial.colleague("IN"), values)
    client = browser("IN", username="judge", password=PASSWORD)
    typed = {"number": second.number.lower().replace("-", "")}

    first_page = client.get(page_of(sample))
    preview = client.post(page_of(sample), typed)
    typed |= {"shown": shown_in(preview.text), "reason": ""}
    typed |= {"username": "judge", "password": PASSWORD}
    without_reason = client.post(page_of(sample), typed)
    moved = client.post(page_of(sample), typed | {"reason": "Two beds were mixed up."})

    assert "This form decides: eligibility, endpoints." in first_page.text
    assert "I agree to what follows for both." in preview.text
    assert without_reason.status_code == 422
    record = FormMove.objects.get()
    assert moved.headers["Location"] == reverse("entry:form", args=[record.target_id])
    for form in (record.source, record.target):
        text = client.get(reverse("entry:form", args=[form.pk])).text
        assert "Two beds were mixed up." in text
        assert f"Moved from {first.number} to {second.number}:" in text


def test_a_wrong_number_is_named_and_stays_typed(two) -> None:
    first, second = two
    drug = trial.row(first, "CMD")
    trial.enter(drug, trial.colleague("IN"), {"drug": "Furosemide"})
    client = browser("CO")
    wrong_letter = "A" if second.number[-1] != "A" else "B"

    mistyped = client.post(page_of(drug), {"number": second.number[:-1] + wrong_letter})
    unknown = client.post(page_of(drug), {"number": "S-044K"})

    assert "The check letter does not fit." in mistyped.text
    assert second.number[:-1] + wrong_letter in mistyped.text
    assert "No participant has this number." in unknown.text
    assert (mistyped.status_code, unknown.status_code) == (422, 422)


def test_the_coordinator_reads_that_an_investigator_moves_what_decides(two) -> None:
    first, second = two
    form = trial.form_of(first, "DEM")
    client = browser("CO")

    answer = client.get(page_of(form))

    assert "An investigator moves it, and signs." in answer.text
    assert "Show what would follow" not in answer.text
    assert client.post(page_of(form), {"number": second.number}).status_code == 403


@pytest.mark.parametrize("code", ["SCN", "PRD", "IRQ"])
def test_what_cannot_be_moved_has_no_page(two, code: str) -> None:
    first, _second = two
    form = trial.form_of(first, code, "" if code == "SCN" else "D0")

    assert browser("PI").get(page_of(form)).status_code == 404


def test_what_was_confirmed_or_randomized_is_refused_and_says_why(two) -> None:
    first, second = two
    trial.confirm(second)
    trial.open_study()
    third = trial.randomized_participant()
    client = browser("PI", username="chief", password=PASSWORD)
    used = FormInstance.objects.filter(participant=third, code="CRE").last()
    sample = FormInstance.objects.filter(participant=first, code="CRE").last()

    confirmed = client.post(page_of(sample), {"number": second.number})
    randomized = client.post(page_of(used), {"number": first.number})

    assert f"The eligibility of {second.number} is confirmed." in confirmed.text
    assert f"{third.number} was randomized with this form." in randomized.text
    assert not FormMove.objects.exists()


def test_a_form_that_the_other_has_already_is_named(two) -> None:
    first, second = two
    contact = trial.form_of(first, "CTC")
    client = browser("IN", username="judge", password=PASSWORD)

    answer = client.post(page_of(contact), {"number": second.number})

    assert f"{second.number} has entries in Contact details already." in answer.text
    assert has_person_key(first)
    assert has_person_key(second)


def test_whoever_may_not_enter_it_finds_no_page(two) -> None:
    first, _second = two
    form = trial.form_of(first, "DEM")

    codes = {
        role: browser(role).get(page_of(form)).status_code
        for role in ("MO", "DM", "BR", "UP", "UM", "SO", "AD")
    }

    assert set(codes.values()) == {403}
