"""The pages of the administrators."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from record.accounts.models import SecondFactor, User
from record.accounts.roles import Role
from record.accounts.services import accounts as services
from record.accounts.sessions import SEEN_AT
from record.audit.attribution import Source, attributed
from record.notices.services.delivery import deliver_due
from tests.people import PASSWORD, STAGE, person
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

    with django_assert_num_queries(
        6
    ):  # session, account, number, accounts, lockouts, waiting
        page = client.get(reverse("accounts:users"))

    assert page.content.decode().count("<tr>") == len(roles) + 2


def test_account_is_opened_with_a_link_for_its_owner(client, administrator, mailoutbox):
    details = {
        "username": "Li.Wei",
        "full_name": "Li Wei",
        "email": "li@example.org",
        "role": "CO",
        "language": "en",
    }
    client.post(reverse("accounts:add"), details)
    deliver_due()

    user = User.objects.get(username="li.wei")
    assert (user.role, user.blinding, user.has_usable_password()) == ("CO", "B", False)
    assert [mail.to for mail in mailoutbox] == [["li@example.org"]]


def test_details_are_changed(client, administrator):
    user = person("CO")
    details = {"full_name": "Li Wei", "email": "li@example.org", "language": ""}

    client.post(at("edit", user), details | {"delegated_until": "2030-01-01"})

    user.refresh_from_db()
    assert (user.full_name, str(user.delegated_until)) == ("Li Wei", "2030-01-01")


def test_the_history_shows_what_stood_before(client, administrator):
    user = person("CO", full_name="Li Wei", full_name_zh="")
    details = {"full_name": "Wang Wei", "full_name_zh": "王伟", "email": user.email}

    client.post(at("edit", user), details)

    page = client.get(at("edit", user)).content.decode()
    changes = re.search(r"(?s)<td><span.*?</td>", page)[0]
    words = " ".join(re.sub("<[^>]+>", " ", changes).split())
    assert words == "Full name Li Wei → Wang Wei · Name in Chinese 王伟"


def test_role_outside_the_class_is_not_offered(client, administrator):
    user = person("CO")

    page = client.post(at("set_role", user), {"role": "UP", "reason": "x"})

    user.refresh_from_db()
    assert page.status_code == 200
    assert user.role == "CO"


class Page(HTMLParser):
    """Where its forms go, those of acts that stand open, and all ids."""

    def __init__(self, response):
        super().__init__()
        self.open, self.ids, self.is_inside = [], [], False
        self.forms = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids += [named["id"]] if "id" in named else []
        if tag == "details":
            self.is_inside = "open" in named
        if tag == "form" and named["method"] == "post":
            self.forms.append(named.get("action"))
        if tag == "form" and self.is_inside:
            self.open.append(named["action"])

    def handle_endtag(self, tag):
        self.is_inside = self.is_inside and tag != "details"


def with_second_factor():
    user = person("CO", password=PASSWORD)
    with attributed(by=STAGE, via=Source.COMMAND):
        SecondFactor.objects.create(user=user, sealed="-", last_step=0)
    return user


ACTS = {
    "set_role": "open",
    "deactivate": "open",
    "reset_password": "open",
    "revoke_second_factor": "open",
    "reactivate": "closed",
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_without_its_reason_returns_to_its_own_form(client, administrator, act):
    user = with_second_factor()
    if ACTS[act] == "closed":
        services.deactivate(user=user, by=STAGE, reason="left")
    before = User.objects.filter(pk=user.pk).values().get()

    page = client.post(at(act, user), {"role": "IN"})

    assert User.objects.filter(pk=user.pk).values().get() == before
    assert Page(page).open == [at(act, user)]
    assert page.content.decode().count("This field is required") == 2
    assert f'href="#{act}_reason"' in page.content.decode()


@pytest.mark.parametrize("act", ACTS)
def test_the_details_go_to_their_own_address_after_an_act_was_refused(
    client, administrator, act
):
    user = with_second_factor()
    if ACTS[act] == "closed":
        services.deactivate(user=user, by=STAGE, reason="left")

    page = client.post(at(act, user), {"role": "IN"})

    assert None not in Page(page).forms
    assert Page(page).forms.count(at("edit", user)) == 1


DONE = {
    "set_role": "The role is changed.",
    "deactivate": "The account is closed.",
    "reset_password": "A link for a new password goes out by e-mail.",
    "revoke_second_factor": "The second factor is revoked.",
    "reactivate": "The account is open again.",
}


@pytest.mark.parametrize("act", ACTS)
def test_each_act_says_what_was_done(client, administrator, act):
    user = with_second_factor()
    if ACTS[act] == "closed":
        services.deactivate(user=user, by=STAGE, reason="left")

    page = client.post(at(act, user), {"role": "BN", "reason": "asked"}, follow=True)

    assert DONE[act] in page.content.decode()


@pytest.mark.parametrize("act", [None, *ACTS])
def test_no_two_fields_of_the_page_have_one_id(client, administrator, act):
    user = with_second_factor()

    page = client.post(at(act, user)) if act else client.get(at("edit", user))

    ids = Page(page).ids if page.status_code == 200 else []
    assert Counter(ids) == Counter(set(ids))


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

    assert "Nobody closes their own account" in page.content.decode()


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


@pytest.mark.django_db
def test_names_of_accounts_are_read_like_any_text():
    account = person(
        Role.CO,
        username="ａｎｎａ\u200b",
        full_name="Anna\u202e Doe",
        email="anna＠example.org\u200b",
    )

    assert (account.username, account.full_name, account.email) == (
        "anna",
        "Anna Doe",
        "anna@example.org",
    )
    with pytest.raises(ValidationError):
        person(Role.CO, username="berta", full_name="Berta\x07")
