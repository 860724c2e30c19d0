"""The pages of the administrators."""

import pytest
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.accounts.services.sign_in import SEEN_AT
from record.notices.services.delivery import deliver_due
from tests.people import PASSWORD, person
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = person("AD")
    client.force_login(user)
    session = client.session
    session[SEEN_AT] = int(clock.now().timestamp())
    session.save()
    return user


def at(name, user):
    return reverse(f"accounts:{name}", args=[user.pk])


@pytest.mark.parametrize("roles", [["CO"], ["CO", "IN", "UP"]])
def test_list_costs_the_same_for_one_and_for_three(
    client, administrator, roles, django_assert_num_queries
):
    for role in roles:
        person(role)

    with django_assert_num_queries(5):  # session, account, number, accounts, lockouts
        page = client.get(reverse("accounts:users"))

    assert page.content.decode().count("<tr>") == len(roles) + 2


def test_account_is_opened_with_a_link_for_its_owner(client, administrator, mailoutbox):
    details = {
        "username": "Li.Wei",
        "full_name": "Li Wei",
        "email": "li@example.org",
        "role": "PN",
        "language": "en",
    }
    client.post(reverse("accounts:add"), details)
    deliver_due()

    user = User.objects.get(username="li.wei")
    assert (user.role, user.blinding, user.has_usable_password()) == ("PN", "U", False)
    assert [mail.to for mail in mailoutbox] == [["li@example.org"]]


def test_details_are_changed(client, administrator):
    user = person("CO")
    details = {"full_name": "Li Wei", "email": "li@example.org", "language": ""}

    client.post(at("edit", user), details | {"delegated_until": "2030-01-01"})

    user.refresh_from_db()
    assert (user.full_name, str(user.delegated_until)) == ("Li Wei", "2030-01-01")


def test_role_outside_the_class_is_not_offered(client, administrator):
    user = person("CO")

    page = client.post(at("set_role", user), {"role": "UP", "reason": "x"})

    user.refresh_from_db()
    assert page.status_code == 200
    assert user.role == "CO"


@pytest.mark.parametrize("action", ["deactivate", "reset_password", "set_role"])
def test_actions_ask_for_a_reason(client, administrator, action):
    user = person("CO", password=PASSWORD)

    page = client.post(at(action, user), {"role": "IN"})

    user.refresh_from_db()
    assert "This field is required" in page.content.decode()
    assert (user.is_active, user.role, user.has_usable_password()) == (
        True,
        "CO",
        True,
    )


def test_account_is_closed_and_opened_again(client, administrator):
    user = person("CO")

    client.post(at("deactivate", user), {"reason": "left"})
    user.refresh_from_db()
    assert not user.is_active
    client.post(at("reactivate", user), {"reason": "back"})

    user.refresh_from_db()
    assert user.is_active
    page = client.get(at("edit", user)).content.decode()
    assert "left" in page
    assert "back" in page


def test_refusal_of_a_service_is_told(client, administrator):
    page = client.post(at("deactivate", administrator), {"reason": "tired"})

    assert "Nobody closes the own account" in page.content.decode()


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("ACC-13", "ACC-16")
def test_lockout_is_seen_and_lifted(client, administrator):
    user = person("CO", password=PASSWORD)
    stranger = Client()
    for _ in range(5):
        stranger.post(
            reverse("accounts:sign_in"), {"username": "co", "password": "wrong"}
        )
    assert "Locked out" in client.get(at("edit", user)).content.decode()

    client.post(at("unlock", user))
    came = stranger.post(
        reverse("accounts:sign_in"), {"username": "co", "password": PASSWORD}
    )

    assert came.status_code == 302
    history = client.get(reverse("accounts:sign_in_history"), {"username": "CO"})
    words = [event.label for event in history.context["table"].lines]
    assert words[:3] == ["signed in", "let in again", "locked out"]
    assert words.count("refused") == 5


@pytest.mark.parametrize(
    ("sort", "column", "first"),
    [
        ("at", "at", "oldest"),
        ("username", "username", ["co", ""]),
        ("-username", "username", ["co", ""]),
        ("role", "role", ["CO", "SYS"]),
        ("act", "act", ["sign_in", "sign_in_refused"]),
    ],
)
def test_sign_in_history_sorts_by_each_column(
    client, administrator, sort, column, first
):
    person("CO", password=PASSWORD)
    for username, password in (("co", PASSWORD), ("no", "no"), ("co", "wrong")):
        Client().post(
            reverse("accounts:sign_in"), {"username": username, "password": password}
        )
    address = reverse("accounts:sign_in_history")
    events = client.get(address, {"sort": sort}).context["table"].lines

    values = [
        event.entry.changes.get("username")
        if column == "username"
        else getattr(event.entry, column)
        for event in events
    ]

    expected = sorted(values) if first == "oldest" else first
    assert list(dict.fromkeys(values))[: len(expected)] == expected
