"""Open sessions are listed, and ended from outside."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.accounts.sessions import open_sessions
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ACC-14")]


def signed_in(user: User) -> Client:
    browser = Client(REMOTE_ADDR="192.0.2.7")
    words = {"username": user.username, "password": PASSWORD}
    browser.post(reverse("accounts:sign_in"), words)
    return browser


@pytest.fixture
def coordinator() -> User:
    return person("CO", password=PASSWORD)


def is_in(browser: Client) -> bool:
    return browser.get(reverse("accounts:preferences")).status_code == 200


def test_a_session_is_listed_until_its_owner_is_idle_closed_or_another(coordinator):
    signed_in(coordinator)
    signed_in(coordinator)
    now = clock.now()

    listed = [(one.user, one.signed_in_at, one.address) for one in open_sessions()]
    later = now + timedelta(minutes=settings.IDLE_LIMIT_MINUTES)
    with clock.at(later):
        idle = open_sessions()
    with attributed(by=STAGE, via=Source.COMMAND):
        coordinator.access_version += 1
        coordinator.save(update_fields=["access_version"])

    assert listed == [(coordinator, now.replace(microsecond=0), "192.0.2.7")] * 2
    assert idle == []
    assert open_sessions(coordinator) == []


def test_an_administrator_ends_a_session_of_anybody(coordinator):
    browser, administrator = signed_in(coordinator), Client()
    administrator.force_login(person("AD"))
    (session,) = open_sessions(coordinator)

    page = administrator.get(reverse("accounts:sessions")).content.decode()
    sent = {"session": session.name}
    first = administrator.post(reverse("accounts:end_session_of"), sent, follow=True)
    second = administrator.post(reverse("accounts:end_session_of"), sent, follow=True)

    assert session.key not in page
    assert session.name in page
    assert not is_in(browser)
    assert "is ended" in first.content.decode()
    assert "has ended already" in second.content.decode()
    ended = Entry.objects.filter(act="session_ended")
    assert [entry.new_values for entry in ended] == [{"username": "co", "why": "ended"}]


def test_a_person_ends_the_other_sessions_of_their_own(coordinator):
    here, there, other = (
        signed_in(coordinator),
        signed_in(coordinator),
        signed_in(person("IN", password=PASSWORD)),
    )

    here.post(reverse("accounts:end_own_sessions"))

    assert [is_in(browser) for browser in (here, there, other)] == [True, False, True]


@pytest.mark.parametrize("role", ["CO", "PI", "DM", "MO"])
def test_others_end_nobodys_session(client: Client, coordinator, role):
    browser = signed_in(coordinator)
    client.force_login(coordinator if role == "CO" else person(role))
    name = open_sessions(coordinator)[0].name

    answer = client.post(reverse("accounts:end_session_of"), {"session": name})

    assert answer.status_code == 403
    assert is_in(browser)
