"""A simulated trial has every state that a trial knows.

That the same seed gives the same trial, whatever the arms, `tests/blinding` shows.
"""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command
from django.core.management.base import CommandError

from enrollment.eligibility.rules import Verdict
from enrollment.eligibility.selectors import eligibility_of
from enrollment.models import EligibilityConfirmation
from enrollment.screening.selectors import statuses_of
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.audit.models import Installation
from record.casebook.models import Participant
from record.review.models import Query, QueryState, Signature, Verification
from simulation.demo_password import PASSWORD
from simulation.demo_users import DEMO_USERS
from simulation.times import at
from tests.simulation.world import UNTIL, World
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.schedule import selectors as visits

DAYS = 120
pytestmark = [pytest.mark.django_db, pytest.mark.real_clock, pytest.mark.slow]


def randomized() -> list[Participant]:
    return list(Participant.objects.filter(forms__code="RAN").distinct())


def test_each_status_of_a_participant_occurs(trial: World):
    with clock.at(at(UNTIL, 480)):
        statuses = set(statuses_of(Participant.objects.all()).values())

    assert statuses == set(ParticipantStatus)


def test_on_each_day_lists_read_what_the_forms_say(trial: World):
    days = trial.disagreements

    assert len(days) >= DAYS
    assert trial.told_in_ward
    assert {day: found for day, found in days.items() if found} == {}


def test_visits_are_done_missed_due_and_overdue(trial: World):
    with clock.at(at(UNTIL, 480)):
        plans = visits.schedules(randomized()).values()
        statuses = {visit.status for plan in plans for visit in plan.visits}

    assert statuses >= {
        VisitStatus.DONE,
        VisitStatus.DUE,
        VisitStatus.MISSED,
        VisitStatus.NOT_DUE,
        VisitStatus.NOT_REQUIRED,
        VisitStatus.UPCOMING,
    }


def test_everybody_randomized_was_eligible_and_confirmed_within_a_day(trial: World):
    people = randomized()

    assert people
    for person in people:
        eligibility = eligibility_of(person)
        confirmed = EligibilityConfirmation.objects.filter(participant=person).last()
        assert eligibility.assessment.verdict == Verdict.ELIGIBLE
        assert confirmed is not None
        randomized_at = eligibility.casebook.value("RAN", "randomised_at")
        assert timedelta(0) <= randomized_at - confirmed.at <= timedelta(days=1)


def test_a_screen_failure_names_the_criterion(trial: World):
    closed = [row[-1] for row in trial.form_data["SCN"]]
    failed = [s for s in closed if s["screen_failure_reason"] == "criteria_failed"]

    assert failed
    assert all(":" in row["failed_criteria"] for row in failed)


def test_queries_verifications_and_signatures_are_there(trial: World):
    states = set(Query.objects.values_list("state", flat=True))

    # Nobody raises a query by mistake in the simulation.
    assert states == {*QueryState.values} - {QueryState.CANCELLED}
    assert Verification.objects.exists()
    assert Signature.objects.exists()
    assert Query.objects.filter(check_id="").exists()
    assert Query.objects.exclude(check_id="").exists()


def test_statements_do_not_grow_with_the_participants(trial: World):
    first, *_between, last = trial.statements.values()

    assert last <= first


def test_a_database_with_participants_is_refused(trial: World):
    with pytest.raises(CommandError, match="holds a trial already"):
        call_command("simulate", "--participants=1")


def test_a_sign_in_that_the_rules_accept_is_printed_for_everybody(trial: World):
    output = StringIO()

    call_command("demo_accounts", stdout=output)

    lines = output.getvalue().splitlines()
    assert PASSWORD in lines[0]
    assert len(lines) == 1 + len(DEMO_USERS)
    for user in User.objects.filter(
        username__in=[user.username for user in DEMO_USERS]
    ):
        validate_password(PASSWORD, user)
        assert user.has_usable_password()
        assert not user.must_change_password


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_database_that_is_no_demo_is_refused():
    Installation.objects.using("owner").update(is_demo=False)

    with pytest.raises(CommandError, match="not marked as a demo"):
        call_command("simulate", "--participants=1")
