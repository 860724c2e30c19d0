"""Mails of accounts: no request waits for them, and no dump opens an account."""

import re
import socket
import time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from record.accounts.services import accounts
from record.notices.models import Message, MessageState
from record.notices.services.delivery import deliver_due
from record.notices.services.outbox import resend
from tests.people import PASSWORD, STAGE, person
from tests.record.accounts.test_passwords import whole_database

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"
WRONG_TRIES = 5
REQUEST_SECONDS = 5  # an answer of the mail server is awaited six times as long


@pytest.fixture(params=["silent", "dead"])
def _faulty_mail_server(request, settings, unused_tcp_port):
    """Have a mail server that never answers, or none."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = unused_tcp_port
    with socket.socket() as server:
        if request.param == "silent":
            server.bind(("127.0.0.1", unused_tcp_port))
            server.listen()
        yield


def lock_out() -> int:
    person("CO", password=PASSWORD)
    typed = {"username": "co", "password": "wrong"}
    for _ in range(WRONG_TRIES):
        reply = Client().post(reverse("accounts:sign_in"), typed)
    return reply.status_code


def administer(page: str, *path: int, **typed: str) -> int:
    client = Client()
    client.force_login(person("AD", username="chief"))
    return client.post(reverse(f"accounts:{page}", args=path), typed).status_code


def new_account() -> int:
    details = {"full_name": "Li Wei", "email": "li@example.org", "role": "CO"}
    return administer("add", username="li.wei", **details)


def new_password() -> int:
    return administer("reset_password", person("IN").pk, reason="lost")


def open_again() -> int:
    user = person("CO")
    accounts.deactivate(user=user, by=STAGE, reason="left")
    return administer("reactivate", user.pk, reason="back")


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_faulty_mail_server")
@pytest.mark.parametrize(
    ("act", "status", "occasion"),
    [
        (lock_out, 429, "account_locked"),
        (new_account, 302, "password_link"),
        (new_password, 302, "password_link"),
        (open_again, 302, "password_link"),
    ],
)
def test_no_request_waits_for_a_mail_server_or_fails_with_it(act, status, occasion):
    person("AD")
    started = time.monotonic()

    answer = act()

    assert time.monotonic() - started < REQUEST_SECONDS
    assert answer == status
    mails = Message.objects.filter(occasion=occasion)
    assert set(mails.values_list("state", flat=True)) == {MessageState.QUEUED}


def link_in(text: str) -> str:
    found = re.search(r"https?://\S+", text)
    assert found is not None
    return found.group()


def test_the_link_for_a_password_is_nowhere_but_in_the_mail(caplog):
    user = person("IN")
    accounts.reset_password(user=user, by=STAGE, reason="lost")
    deliver_due()

    link = link_in(mail.outbox[0].body)
    token = link.rstrip("/").rpartition("/")[2]

    assert mail.outbox[0].to == [user.email]
    assert Client().get(link[link.index("/accounts/") :]).status_code == 302
    assert token not in whole_database()
    assert token not in caplog.text


def test_no_link_leaves_once_the_password_is_set():
    user = person("IN")
    accounts.reset_password(user=user, by=STAGE, reason="lost")
    accounts.change_password(user=user, password=PASSWORD)

    deliver_due()

    message = Message.objects.get(occasion="password_link")
    assert (message.state, message.problem) == (
        MessageState.WITHHELD,
        "a password was set meanwhile",
    )
    assert mail.outbox == []


def test_the_mail_sent_once_more_has_a_link_that_works():
    user = person("IN")
    accounts.reset_password(user=user, by=STAGE, reason="lost")
    deliver_due()

    resend(Message.objects.get(occasion="password_link").pk, by=user)
    deliver_due()

    link = link_in(mail.outbox[1].body)
    reply = Client().get(link[link.index("/accounts/") :])
    assert reply.status_code == 302  # the token goes into the session


def subjects_of(*roles: str) -> list[tuple[str, str]]:
    mails = Message.objects.filter(occasion="role_empty", recipient__role__in=roles)
    return list(mails.order_by("pk").values_list("recipient__username", "subject"))


@pytest.mark.parametrize("leave", ["close", "move"])
def test_data_managers_are_told_when_a_role_has_nobody_left(leave):
    person("DM")
    last, other = person("IN"), person("IN", username="other")

    for user in (other, last):
        if leave == "close":
            accounts.deactivate(user=user, by=STAGE, reason="left")
        else:
            accounts.set_role(user=user, role="CO", by=STAGE, reason="moved")

    assert subjects_of("DM") == [("dm", "Nobody is left in the role Investigator")]
    text = Message.objects.get(occasion="role_empty").text
    assert text.startswith(f"{last.full_name} was the last")


def test_the_last_data_manager_is_missed_by_the_administrators():
    person("AD")
    accounts.deactivate(user=person("DM"), by=STAGE, reason="left")

    assert subjects_of("AD") == [("ad", "Nobody is left in the role Data manager")]
