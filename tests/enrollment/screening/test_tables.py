"""The screening log sorts by what its columns mean."""

from typing import Any

import pytest

from enrollment.models import ParticipantStanding, ScreeningLog
from enrollment.screening.page import rows_of
from enrollment.screening.selectors import screenings
from enrollment.screening.tables import ScreeningTable
from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.capture.services.form_status import strike_row
from tests.enrollment import factories

FAILED = {"screen_failure_reason": "criteria_failed"}
PEOPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "A": ("completed", {"source": "transfer_in", "sex": "F"}),
    "B": ("screen_failed", {**FAILED, "failed_criteria": "E10:present"}),
    "C": ("approached", {"source": "icu", "sex": "M"}),
    "D": ("screen_failed", {**FAILED, "failed_criteria": "E9:present; E10:present"}),
    "E": ("approached", {"source": "icu", "sex": "F", "age_years": 17}),
}
NOTHING: dict[str, Any] = {"source": None, "sex": None}


@pytest.fixture
def letters(coordinator: User, investigator: User) -> dict[int, str]:
    """Five people, the last one in error; who stands where is written into the copy."""
    letter_of = {}
    for letter, (status, values) in reversed(PEOPLE.items()):
        person = factories.approached(coordinator)
        with attributed(by=coordinator, via=Source.PAGE):
            own = ScreeningLog.objects.filter(form__participant=person)
            own.update(**NOTHING | values)
        if letter == "E":
            why = Reason("error", "Twice.")
            form = factories.data(person, "SCN")
            strike_row(form, by=investigator, reason=why, via=Source.PAGE)
        ParticipantStanding.objects.filter(pk=person.pk).update(status=status)
        letter_of[person.pk] = letter
    return letter_of


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("status", "CBDAE"),
        ("-status", "ABDCE"),
        ("source", "CABDE"),
        ("-source", "ACBDE"),
        ("failed_criteria", "DBACE"),
        ("-failed_criteria", "BDACE"),
    ],
)
def test_codes_sort_by_their_list_and_unknown_stands_last(
    rf, letters, coordinator, sort, order
):
    request = rf.get("/", {"sort": sort})
    table = ScreeningTable(screenings(coordinator), request, lines_of=rows_of)

    assert "".join(letters[line.participant.pk] for line in table.lines) == order
