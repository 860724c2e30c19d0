"""The dashboard tells what the record holds, in a fixed number of selects."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.screening import services as screening
from record.audit import anchors
from record.review import services as review
from tests.people import person
from tests.randomization.stage import (
    colleague,
    open_study,
    randomized_participant,
    requested,
)
from trial_edc import clock

pytestmark = pytest.mark.django_db


def signed_in_as(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def signed_in() -> Client:
    client = signed_in_as("MO")
    client.get(reverse("monitoring:dashboard"))
    return client


def approach(count: int) -> None:
    """Enter people into the screening log."""
    coordinator = person("CO", username=f"enroller{count}")
    at = clock.now() - timedelta(hours=1)
    for _number in range(count):
        screening.register_person(
            by=coordinator, approached_at=at, source="icu", age_years=50, sex="M"
        )


def test_an_empty_trial_says_so():
    answer = signed_in().get(reverse("monitoring:dashboard"))

    text = answer.content.decode()
    assert "0 of 80 participants are randomized" in text
    assert "Nobody was approached yet." in text
    assert "No visit is overdue." in text


def test_counts_are_those_of_the_record():
    open_study()
    randomized_participant()
    approach(2)

    board = signed_in().get(reverse("monitoring:dashboard")).context["board"]

    counts = {status.value: count for status, count in board.statuses if count}
    assert board.accrual == [(clock.today(), 1)]
    assert counts == {"randomised": 1, "approached": 2}
    assert sum(count for _status, count in board.visits) == 3 * 14


def test_queries_are_counted_by_who_has_to_act_and_those_of_hidden_forms_not():
    client = signed_in()
    open_study()
    participant, monitor = randomized_participant(), colleague("MO")
    requested(participant)
    first, *others = [
        review.raise_query(form, "", "Why?", by=monitor)
        for form in participant.forms.filter(code__in=("SCN", "RAN", "ELI"))
    ]
    hidden = participant.forms.get(code="PRD")
    review.raise_query(hidden, "lot", "Which one?", by=colleague("UM"))
    review.answer_query(first, "As entered.", by=colleague("CO"))
    review.close_query(others.pop(), "Seen.", by=monitor)

    board = client.get(reverse("monitoring:dashboard")).context["board"]

    assert (board.queries_open, board.queries_answered) == (len(others), 1)


def test_selects_do_not_grow_with_participants():
    client = signed_in()
    approach(1)
    with CaptureQueriesContext(connection) as with_one:
        client.get(reverse("monitoring:dashboard"))
    approach(5)
    with CaptureQueriesContext(connection) as with_six:
        client.get(reverse("monitoring:dashboard"))

    assert len(with_one) == len(with_six)


@pytest.mark.verifies("AUD-15")
def test_the_digests_that_were_kept_are_there_to_print(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client, address = signed_in(), reverse("monitoring:proof_of_record")
    empty = client.get(address).content.decode()

    for number in range(40):
        anchors.keep(f"{number:064d}")
    text = client.get(address).content.decode()

    assert "No digest yet" in empty
    assert [f"{number:064d}" in text for number in (39, 9, 8)] == [True, True, False]
    assert text.index(f"{39:064d}") < text.index(f"{38:064d}")
    assert signed_in_as("UP").get(address).status_code == 403
