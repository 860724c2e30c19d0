"""The page of the study: opened when all is ready, paused and opened again."""

import pytest

from randomization.study import selectors as study_selectors
from record.accounts.services.accounts import set_role
from tests.people import STAGE, person
from tests.randomization import stage
from tests.randomization.pages import colleague, page

pytestmark = pytest.mark.django_db


def test_study_is_paused_by_one_and_opened_by_two(client):
    stage.open_study()
    leader, officer = colleague("PI"), colleague("SO")

    page(
        client,
        "change_status",
        user=leader,
        status="paused_randomisation",
        reason="supply",
    )
    assert study_selectors.study_status() == "paused_randomisation"
    page(client, "change_status", status="open", reason="supplied")
    proposal = study_selectors.status_changes().first()
    page(client, "confirm_status", proposal.pk, go="1")
    assert study_selectors.study_status() == "paused_randomisation"
    page(client, "confirm_status", proposal.pk, user=officer, go="1")

    assert study_selectors.study_status() == "open"
    assert page(client, "study").status_code == 200


def test_study_does_not_open_before_it_is_ready(client):
    leader = person("PI")

    page(client, "change_status", user=leader, status="open", reason="go")
    text = page(client, "study").content.decode()

    assert study_selectors.study_status() == "setup"
    assert "No allocation list is sealed." in text


def test_a_step_that_is_refused_returns_to_its_form_with_what_was_typed(client):
    leader = person("PI")

    without = page(client, "change_status", user=leader, status="open", reason="")
    early = page(client, "change_status", status="open", reason="all is there")

    assert [reply.status_code for reply in (without, early)] == [400, 400]
    assert 'href="#id_reason"' in without.content.decode()
    text = early.content.decode()
    assert '<details class="quiet-act" open>' in text
    assert "all is there</textarea>" in text
    assert "No allocation list is sealed." in text


def test_who_proposed_to_open_and_lost_the_role_is_no_second_voice(client):
    stage.open_study()
    leader = person("PI", username="first")
    page(client, "change_status", user=leader, status="paused_infusion", reason="x")
    page(client, "change_status", status="open", reason="supplied")
    set_role(user=leader, role="IN", by=STAGE, reason="moves on")
    proposal = study_selectors.status_changes().first()

    page(client, "confirm_status", proposal.pk, user=colleague("PI"), go="1")
    alone = study_selectors.study_status()
    page(client, "confirm_status", proposal.pk, user=colleague("SO"), go="1")

    assert (alone, study_selectors.study_status()) == ("paused_infusion", "open")


def test_nobody_waits_for_a_confirmation_to_stop_infusions(client):
    stage.open_study()
    leader, officer = colleague("PI"), colleague("SO")
    page(
        client, "change_status", user=leader, status="paused_randomisation", reason="x"
    )
    page(client, "change_status", status="open", reason="supplied")
    proposal = study_selectors.status_changes().first()

    page(client, "change_status", user=officer, status="paused_infusion", reason="SAE")
    stopped = study_selectors.study_status()
    page(client, "confirm_status", proposal.pk, go="1")
    text = page(client, "study").content.decode()
    page(client, "change_status", user=leader, status="open", reason="cleared")

    assert (stopped, study_selectors.study_status()) == ("paused_infusion",) * 2
    assert "The study was stopped since this was proposed. Propose again." in text
    assert study_selectors.proposals().get().reason == "cleared"
