"""Nobody hides anything by a move: not twice, not at once, not from the sponsor."""

import pytest
from django.db import connections

from entry.models import FormMove
from entry.move.problems import MoveRefused
from entry.move.services import move_form, preview_move, shown_state
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review.services import freeze, lock_form
from safety.models import SentReport
from tests.people import person
from tests.randomization.allocation.test_concurrency import at_once
from tests.safety.sending import send_report
from tests.visits import stage
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("AUD-17")]
WHY = "Typed on the wrong casebook."
CLOSING = Reason("closing", "Reviewed.")
EVENT = {
    "term": "Fever",
    "serious": "Y",
    "onset": "2026-04-01",
    "seriousness": ["death"],
}


@pytest.fixture
def three():
    return [stage.infused(number, ago=40) for number in (1, 2, 3)]


def move(form, other, by, shown):
    proof = ReAuthenticated(by.pk, clock.now())
    return move_form(form, other, reason=WHY, shown=shown, proof=proof, by=by)


def standing(code):
    rows = FormInstance.objects.filter(code=code, struck_at=None)
    return [row.participant_id for row in rows if stage.stored(row).values.get("term")]


def test_the_same_page_moves_a_form_once(three):
    first, second, third = three
    investigator = person("IN")
    event = stage.row(first, "AE", EVENT)
    shown = [shown_state(event, other) for other in (second, third)]

    move(event, second, investigator, shown[0])

    for other, page in ((second, shown[0]), (third, shown[1])):
        with pytest.raises(MoveRefused):
            move(event, other, investigator, page)
    assert standing("AE") == [second.pk]
    assert FormMove.objects.count() == 1


@pytest.mark.real_clock
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_move_a_form_once(three):
    first, second, third = three
    people = [person("IN"), person("PI")]
    event = stage.row(first, "AE", EVENT)
    shown = [shown_state(event, other) for other in (second, third)]
    connections.close_all()

    problems = at_once(
        lambda: move(event, second, people[0], shown[0]),
        lambda: move(event, third, people[1], shown[1]),
    )

    assert [type(problem) for problem in problems] == [MoveRefused], problems
    assert len(standing("AE")) == 1
    assert FormMove.objects.count() == 1


@pytest.mark.parametrize("close", [freeze, lock_form])
def test_a_closed_event_stays(three, close):
    first, second, _third = three
    event = stage.row(first, "AE", EVENT)
    close(event, by=person("DM"), reason=CLOSING)

    with pytest.raises(MoveRefused, match="is closed"):
        move(event, second, person("IN"), shown_state(event, second))

    assert standing("AE") == [first.pk]


@pytest.mark.parametrize("is_sent", [True, False])
def test_an_event_whose_report_is_in_work_stays_with_it(three, is_sent):
    first, second, _third = three
    investigator = person("IN")
    event = stage.row(first, "AE", EVENT)
    report = FormInstance.objects.get(participant=first, code="SAE")
    save(report, {"aware_at": clock.now(), "aware_who": investigator}, by=investigator)
    if is_sent:
        send_report(report, by=investigator)

    for act in (
        lambda: move(event, second, investigator, shown_state(event, second)),
        lambda: preview_move(event, second, by=investigator),
    ):
        with pytest.raises(MoveRefused, match="Other forms refer to this one"):
            act()

    report.refresh_from_db()
    assert (standing("AE"), report.struck_at) == ([first.pk], None)
    assert SentReport.objects.count() == is_sent
