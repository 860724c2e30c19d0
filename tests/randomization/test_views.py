"""The pages: what they show, whom they refuse, what they never tell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from randomization.allocation import selectors as allocation_selectors
from randomization.arms import arm_of
from randomization.models import Allocation, CodeBreak
from randomization.product.selectors import preparation_worklist as worklist
from record.audit.models import Entry
from tests.people import PASSWORD, person
from tests.randomization import stage
from tests.randomization.pages import ARM, colleague, page
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("RAN-03", "RND-05")
def test_coordinator_randomizes_and_sees_number_time_and_name(client, opened):
    participant, coordinator = stage.ready(), colleague("CO")

    confirm_page = page(client, "randomize", participant.number, user=coordinator)
    done = page(client, "randomize", participant.number, number=participant.number)
    answer_page = page(client, "randomize", participant.number)

    assert b"This cannot be undone" in confirm_page.content
    assert done.status_code == 302
    allocation = allocation_selectors.allocation_of(participant)
    at = allocation.randomised_at.astimezone(dates.SITE_TZ)
    text = answer_page.content.decode()
    assert allocation.code in text
    assert f"{at:%Y-%m-%d %H:%M}" in text
    assert coordinator.full_name in text
    assert not ARM.search(text)


def test_another_number_typed_randomizes_nobody(client, opened):
    participant = stage.ready()

    answer = page(
        client,
        "randomize",
        participant.number,
        user=colleague("CO"),
        number="S-999X",
    )

    assert answer.status_code == 400
    assert b"not the number of this participant" in answer.content
    assert Allocation.objects.count() == 0


def test_a_randomization_in_error_without_reason_returns_to_its_form(client, opened):
    participant = stage.randomized_participant()

    answer = page(
        client, "in_error", participant.number, user=colleague("IN"), reason=""
    )

    assert answer.status_code == 400
    assert '<details class="quiet-act" open>' in answer.content.decode()
    assert 'href="#id_reason"' in answer.content.decode()


@pytest.mark.verifies("RND-01")
def test_direct_post_is_refused_with_every_criterion(client, opened):
    participant = stage.eligible()

    answer = page(
        client,
        "randomize",
        participant.number,
        user=colleague("CO"),
        number=participant.number,
    )

    assert answer.status_code == 400
    assert b"No investigator has confirmed eligibility" in answer.content
    assert Allocation.objects.count() == 0
    assert Entry.objects.filter(act="randomisation_refused").count() == 1


@pytest.mark.verifies("RND-05")
def test_pharmacist_sees_arm_and_link_to_the_product_record(client, opened):
    participant = stage.randomized_participant()
    stage.requested(participant)

    answer = page(client, "preparations", user=colleague("UP"))

    text = answer.content.decode()
    assert 'class="restricted"' in text
    assert f"<strong>{arm_of(participant)}</strong>" in text
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert Entry.objects.filter(act="arm_seen").count() == 1


def test_worklist_takes_the_same_statements_for_one_and_for_three(client, opened):
    client.force_login(colleague("UP"))
    address = reverse("randomization:preparations")
    counts = []
    for people in (1, 2):
        for _ in range(people):
            stage.requested(stage.randomized_participant())
        client.get(address)
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        # A view of an arm is recorded for each participant: one statement each.
        preparation_count = len(worklist.preparations())
        counts.append(len(statements) - preparation_count)

    assert counts[0] == counts[1]


@pytest.mark.verifies("RAN-05", "RND-07")
def test_code_break_asks_for_the_password_and_shows_one_arm(client, opened):
    participant, other = stage.randomized_participant(), stage.randomized_participant()
    investigator = person("IN", username="doctor", password=PASSWORD)
    values = {
        "kind": "emergency",
        "category": "treatment",
        "reason": "anaphylaxis",
        "username": "doctor",
    }

    wrong = page(
        client,
        "break_code",
        participant.number,
        user=investigator,
        **values,
        password="wrong",
    )
    assert (wrong.status_code, CodeBreak.objects.count()) == (400, 0)
    right = page(client, "break_code", participant.number, **values, password=PASSWORD)

    text = right.content.decode()
    assert f"<strong>{arm_of(participant)}</strong>" in text
    assert other.number not in text
    assert "no-store" in right["Cache-Control"]
    again = page(client, "break_code", participant.number).content.decode()
    register = page(client, "code_breaks").content.decode()
    assert "anaphylaxis" in register
    assert not ARM.search(again + register)


def test_register_leads_to_the_code_break(client, opened):
    participant = stage.randomized_participant()
    client.force_login(colleague("SO"))

    answer = client.get(
        reverse("randomization:code_breaks"), {"number": participant.number.lower()}
    )

    assert answer.url == reverse("randomization:break_code", args=[participant.number])


def test_accidental_break_is_recorded_on_its_page(client, opened):
    participant = stage.randomized_participant()
    now = clock.now().astimezone(dates.SITE_TZ)

    page(
        client,
        "record_code_break",
        user=colleague("CO"),
        number=participant.number,
        at=f"{now:%Y-%m-%dT%H:%M}",
        kind="accidental",
        category="cover",
        reason="bag fell",
    )

    assert [row.reason for row in CodeBreak.objects.all()] == ["bag fell"]
