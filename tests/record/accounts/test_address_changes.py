"""After a new address: whoever had the old one is told, and nothing is reset yet."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from record.accounts.models import SecondFactor
from record.accounts.problems import AccountRefused
from record.accounts.services import accounts, proposals
from record.accounts.sessions import SEEN_AT
from record.audit.attribution import Source, attributed
from record.notices.models import Message, MessageState
from record.notices.services.delivery import deliver_due
from record.notices.services.outbox import resend
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ACC-19")]
WAIT = timedelta(hours=PROTOCOL.accounts.hours_without_reset)
SECOND = timedelta(seconds=1)
NEW = "new@example.org"


def change_address(user):
    accounts.change_details(user=user, by=STAGE, details={"email": NEW})


def revoke(user):
    accounts.revoke_second_factor(user=user, by=STAGE, reason="lost")


def reset(user):
    accounts.reset_password(user=user, by=STAGE, reason="lost")


def open_again(user):
    accounts.deactivate(user=user, by=STAGE, reason="left")
    accounts.reactivate(user=user, by=STAGE, reason="back")


def renew_delegation(user):
    ended = {"delegated_until": clock.today() - timedelta(days=1)}
    accounts.change_details(user=user, by=STAGE, details=ended)
    accounts.change_details(user=user, by=STAGE, details={"delegated_until": None})


RESETS = [reset, revoke, open_again, renew_delegation]


def with_second_factor(role="UP"):
    user = person(role, password=PASSWORD)
    with attributed(by=STAGE, via=Source.COMMAND):
        SecondFactor.objects.create(user=user, sealed="-", last_step=0)
    return user


def test_the_wait_is_48_hours():
    assert timedelta(hours=48) == WAIT


@pytest.mark.parametrize("act", RESETS)
def test_nothing_is_reset_for_48_hours(act):
    user = with_second_factor()
    change_address(user)
    changed_at = clock.now()

    with clock.at(changed_at + WAIT - SECOND), pytest.raises(AccountRefused) as refusal:
        act(user)
    with clock.at(changed_at + WAIT):
        if act is open_again:
            accounts.reactivate(user=user, by=STAGE, reason="back")
        else:
            act(user)

    assert "nobody resets it" in str(refusal.value)


def test_a_reset_that_was_proposed_before_waits_too():
    first, second = person("AD"), person("AD", username="second")
    user = person("UP")
    accounts.reset_password(user=user, by=first, reason="lost")
    change_address(user)

    with pytest.raises(AccountRefused, match="nobody resets it"):
        proposals.approve(user.proposals.get(), by=second)


def test_a_link_that_is_still_to_leave_does_not_go_to_the_new_address():
    user = person("UP")
    reset(user)
    change_address(user)

    deliver_due()

    link = Message.objects.get(occasion="password_link")
    assert link.state == MessageState.QUEUED
    assert link.not_before == user.address_changed_at + WAIT
    assert {to for one in mail.outbox for to in one.to} == {"up@example.org", NEW}
    assert not any("/accounts/password/" in one.body for one in mail.outbox)


def test_a_link_sent_once_more_does_not_go_to_the_new_address():
    user = person("UP")
    reset(user)
    deliver_due()
    change_address(user)
    mail.outbox.clear()

    resend(Message.objects.get(occasion="password_link").pk, by=user)
    deliver_due()

    assert not any("/accounts/password/" in one.body for one in mail.outbox)


def test_a_link_from_before_the_change_opens_nothing(client):
    user = person("UP")
    reset(user)
    link = accounts.password_link(user)
    change_address(user)

    page = client.get(link[link.index("/accounts/") :], follow=True)

    assert "used already" in page.content.decode()


def test_the_old_address_and_the_new_one_are_told():
    user = person("UP")

    change_address(user)
    deliver_due()

    sent = sorted((one.to, one.subject) for one in mail.outbox)  # keys of chance
    assert sent == [
        ([NEW], "Account up: another e-mail address"),
        (["up@example.org"], "Account up: another e-mail address"),
    ]


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_is_queued_goes_to_the_address_that_stood_then(is_closed):
    user = with_second_factor("CO")
    revoke(user)
    change_address(user)
    if is_closed:
        accounts.deactivate(user=user, by=STAGE, reason="left")

    deliver_due()

    revoked = [one.to for one in mail.outbox if "second factor" in one.subject]
    assert revoked == [["co@example.org"]]


@pytest.mark.parametrize("act", [change_address, reset, revoke])
def test_sessions_end_with_each_of_the_three(client, act):
    user = with_second_factor()
    client.force_login(user)
    session = client.session
    session[SEEN_AT] = int(clock.now().timestamp())
    session.save()
    before = client.get(reverse("accounts:preferences")).status_code

    act(user)

    after = client.get(reverse("accounts:preferences"))
    assert (before, after.status_code) == (200, 302)
    assert after.url.startswith(reverse("accounts:sign_in"))
