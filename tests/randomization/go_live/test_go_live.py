"""What is missing before the first participant, said on one page and in one voice."""

import os
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import override_settings
from django.utils import timezone

from enrollment.eligibility.selectors import eligibility_of
from randomization.allocation.selectors import readiness
from randomization.go_live import selectors
from randomization.models import StudyStatusChange
from record.accounts.models import SecondFactor
from record.audit import anchors, heartbeats
from record.audit.attribution import Source, act, attributed
from record.backup.selectors import FAILED, MADE
from record.notices.models import Message
from tests.people import STAGE, person
from tests.randomization import stage
from tests.randomization.pages import colleague, page
from tests.record.audit.test_seals import seal_everything
from trial_edc import clock

pytestmark = pytest.mark.django_db
OK, FORBIDDEN = HTTPStatus.OK, HTTPStatus.FORBIDDEN
LIST = "No allocation list is sealed."
PLAN = (
    "Dose, volume, rate and premedication are not in force: principal investigator "
    "and safety officer enter and approve them under “Infusion plan”."
)
PARTS = ("messages", "exports")
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def problems(topic):
    return [each.problem for each in selectors.prerequisites() if each.topic == topic]


@pytest.mark.verifies("INF-05")
def test_an_empty_system_lacks_people_list_and_plan(client):
    leader = person("PI")

    missing = selectors.missing()

    assert missing == [
        "Investigator / Principal investigator: 2 must be active, not 1.",
        "Unblinded pharmacist / Product nurse: 2 must be active, not 0.",
        "Unblinded monitor: 1 must be active, not 0.",
        "List custodian: 1 must be active, not 0.",
        "Unblinded statistician: 1 must be active, not 0.",
        "Safety officer: 2 must be active, not 0.",
        "Administrator: 2 must be active, not 0.",
        LIST,
        PLAN,
    ]
    text = page(client, "go_live", user=leader).content.decode()
    assert [problem for problem in missing if problem not in text] == []


def test_a_person_without_the_needed_second_factor_does_not_count():
    with override_settings(SECOND_FACTOR_ROLES=["LC"]):
        custodian = person("LC")
        without = problems("List custodian")
        with attributed(by=STAGE, via=Source.COMMAND):
            SecondFactor.objects.create(user=custodian, sealed="x", last_step=0)
        with_it = problems("List custodian")

    words = "List custodian: 1 must be active and have enrolled a second factor, not 0."
    assert (without, with_it) == ([words], [""])


@pytest.mark.parametrize(("days", "words"), [(0, ""), (-1, "must be active")])
def test_a_person_whose_delegation_has_ended_does_not_count(days, words):
    last = clock.today() + timedelta(days=days)
    person("LC", delegated_until=last)

    [problem] = problems("List custodian")

    assert words in problem
    assert bool(problem) is bool(words)


@pytest.mark.verifies("INF-05")
def test_nobody_is_randomized_while_something_is_missing():
    someone = stage.ready()

    obstacles = readiness(eligibility_of(someone), clock.now())

    messages = [each.message for each in obstacles if each.code == "go_live"]
    assert messages == selectors.missing()
    assert {LIST, PLAN} <= set(messages)


def test_an_open_study_without_a_plan_randomizes_nobody():
    for role in ("PI", "SO"):
        colleague(role)
    with attributed(by=STAGE, via=Source.COMMAND):
        StudyStatusChange.objects.create(
            status="open", reason="x", decided_by=colleague("PI"), in_force_at=EARLIER
        )
    someone = stage.ready()

    without = readiness(eligibility_of(someone), clock.now())
    stage.planned_infusion()
    with_plan = readiness(eligibility_of(someone), clock.now())

    assert [each.message for each in without] == [PLAN]
    assert with_plan == ()


RUNNING = {
    "Mail": "No mail has left the system yet: check EMAIL_URL and the page of "
    "messages.",
    "Proof of the record": "The record was never proved: run manage.py verify_audit, "
    "or wait for the proof of the night.",
    "Backup": "No backup was made yet: see “Backup” in the operations manual.",
    "Worker of messages": "The worker “messages” does not report: see whether it, beat "
    "and the broker run, and whether they share the folder of files with the web "
    "process.",
    "Worker of exports": "The worker “exports” does not report: see whether it, beat "
    "and the broker run, and whether they share the folder of files with the web "
    "process.",
    "Clock": "",
}


@pytest.mark.real_clock
@pytest.mark.parametrize("is_demo", [True, False])
def test_what_runs_badly_keeps_a_trial_from_opening_and_no_demo(folder, is_demo):
    with override_settings(DEMO=is_demo):
        by_topic = {each.topic: each for each in selectors.prerequisites()}
        missing = selectors.missing()

    assert {topic: by_topic[topic].problem for topic in RUNNING} == RUNNING
    words = [problem for problem in RUNNING.values() if problem]
    assert [problem in missing for problem in words] == [not is_demo] * len(words)


@pytest.mark.real_clock
def test_a_mail_that_left_and_a_fresh_sign_of_life_are_enough(folder):
    for part in PARTS:
        heartbeats.beat(part)
    mail(state="sent", attempts=1)
    anchors.keep("a" * 64)
    backed_up(MADE)

    assert [problems(topic) for topic in RUNNING] == [[""]] * len(RUNNING)


@pytest.mark.parametrize(
    ("topic", "part"),
    [
        ("Worker of messages", "messages"),
        ("Worker of exports", "exports"),
    ],
)
def test_a_sign_of_life_ages(folder, topic, part):
    heartbeats.beat(part)
    file, limit = folder / "heartbeats" / part, 5 * 60
    for age, is_fresh in ((limit - 30, True), (limit + 30, False)):
        at = timezone.now().timestamp() - age
        os.utime(file, (at, at))

        assert (problems(topic) == [""]) is is_fresh


def test_a_mail_that_did_not_leave_is_told():
    mail(state="sent", attempts=1, claimed_at=clock.now() - timedelta(hours=1))
    mail(state="failed", attempts=8, claimed_at=clock.now(), problem="refused")

    assert problems("Mail") == [
        "The last mail did not leave: the page of messages says why."
    ]


@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_a_seal_awaits_the_proof_of_the_next_night(folder):
    mail()
    proved_at = clock.now()
    anchors.keep("a" * 64)
    seal_everything()

    states = []
    for hours in (25, 27):
        with clock.at(proved_at + timedelta(hours=hours)):
            states += problems("Proof of the record")

    late = "The last nightly proof of the record failed or did not run."
    assert states == ["", late]


def test_who_keeps_accounts_reads_the_list_and_enters_no_plan(client):
    administrator = person("AD")

    assert page(client, "go_live", user=administrator).status_code == OK
    assert page(client, "infusion_plan").status_code == FORBIDDEN


@pytest.mark.real_clock
def test_the_last_backup_counts_if_it_was_made_and_is_young():
    backed_up(MADE)
    with override_settings(BACKUP_AGE_HOURS=0):
        old = problems("Backup")
    backed_up(FAILED)
    failed = problems("Backup")

    assert old == ["The last backup is too old: see why the nightly one failed."]
    assert failed == ["The last backup failed: see “Backup” in the operations manual."]


def backed_up(how):
    with attributed(by=STAGE, via=Source.COMMAND):
        act(how)


def mail(**values):
    with attributed(by=STAGE, via=Source.COMMAND):
        return Message.objects.create(
            recipient=colleague("CO"),
            occasion="x",
            key=str(Message.objects.count()),
            subject="s",
            text="t",
            **{"claimed_at": clock.now()} | values,
        )
