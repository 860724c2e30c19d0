"""What a sign-off of a casebook still needs."""

import pytest

from enrollment.screening import services as screening
from record.accounts.models import User
from record.casebook.models import Participant
from record.review.selectors.sign_offs import CasebookPart, covered_forms
from trial_edc import clock
from visits.sign_off.selectors import lacks_of

pytestmark = pytest.mark.django_db


def not_begun(participant: Participant) -> set[tuple[str, int]]:
    part = CasebookPart(participant)
    return {
        (lack.form.code, lack.form.occurrence)
        for lack in lacks_of(part, list(covered_forms(part)))
        if lack.form and lack.message == "The form is expected and not begun."
    }


def test_forms_of_an_earlier_screening_are_asked_for_no_more(
    coordinator: User, consented: Participant
) -> None:
    before = not_begun(consented)
    screening.close_screening(
        consented, reason="time_expired", closed_at=clock.now(), by=coordinator
    )

    screening.rescreen(consented, by=coordinator, approached_at=clock.now())

    assert ("ELG", 1) in before
    assert ("ELG", 2) in not_begun(consented)
    assert ("ELG", 1) not in not_begun(consented)
    assert ("DEM", 1) in not_begun(consented)
