"""Coming in, staying in, going out: the session rules as a person meets them."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from record.accounts.services import accounts as services
from record.accounts.sessions import SEEN_AT
from record.accounts.tasks import clear_sessions
from record.audit.models import Entry
from record.notices.services.delivery import deliver_due
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"
PAGE = "/accounts/preferences/"


def sign_in(client, username, password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password, **extra})


def acts():
    """Return the deeds of the trail, each with its reason, in their order."""
    entries = Entry.objects.filter(operation="ACT").order_by("id")
    return [(entry.act, entry.changes.get("why", "")) for entry in entries]


def set_last_activity(client, seconds_ago):
    """Move the last activity of the session into the past."""
    session = client.session
    session[SEEN_AT] = int(clock.now().timestamp()) - seconds_ago
    session.save()


@pytest.mark.verifies("ACC-16")
def test_sign_in_and_out_are_recorded_with_address(client):
    person("CO", password=PASSWORD)

    came = sign_in(client, " CO ", next=PAGE)
    left = client.post("/accounts/sign-out/")

    assert (came.status_code, came.url) == (302, PAGE)
    assert left.url == f"{SIGN_IN}?ended=left"
    entries = Entry.objects.filter(operation="ACT").order_by("id")
    signed = [(entry.act, entry.actor, entry.role, entry.address) for entry in entries]
    assert signed == [
        ("sign_in", "co", "CO", "127.0.0.1"),
        ("sign_out", "co", "CO", "127.0.0.1"),
    ]


def test_sign_out_needs_a_post(client):
    client.force_login(person("CO"))

    assert client.get("/accounts/sign-out/").status_code == 405


@pytest.mark.verifies("ACC-16")
def test_wrong_password_is_refused_and_recorded(client):
    person("CO", password=PASSWORD)

    response = sign_in(client, "co", "wrong")

    assert "do not fit together" in response.content.decode()
    assert acts() == [("sign_in_refused", "password")]


@pytest.mark.verifies("ACC-12")
def test_unknown_name_is_not_recorded_since_it_may_be_a_password(client):
    sign_in(client, "my secret password", "")
    sign_in(client, "my secret password", "x")

    assert [entry.changes for entry in Entry.objects.filter(operation="ACT")] == [
        {"username": "", "why": "password"}
    ]


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("ACC-13")
def test_fifth_wrong_password_locks_and_warns_the_administrators(client, mailoutbox):
    person("CO", password=PASSWORD)
    person("AD")

    for _ in range(5):
        response = sign_in(client, "co", "wrong")
    right = sign_in(Client(), "co")
    deliver_due()

    assert response.status_code == right.status_code == 429
    assert "locked for 15 minutes" in right.content.decode()
    assert acts() == [
        *[("sign_in_refused", "password")] * 4,
        ("sign_in_refused", "locked"),
        ("account_locked", ""),
        ("sign_in_refused", "locked"),
    ]
    assert [mail.to for mail in mailoutbox] == [["ad@example.org"]]


@pytest.mark.real_clock  # which django-axes reads
def test_lockout_ends_by_itself(client):
    person("CO", password=PASSWORD)
    for _ in range(5):
        sign_in(client, "co", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))

    assert sign_in(client, "co").status_code == 302


@pytest.mark.real_clock  # which django-axes reads
def test_tries_while_locked_do_not_prolong_the_lock(client):
    person("CO", password=PASSWORD)
    for _ in range(5):
        sign_in(client, "co", "wrong")
    before = AccessAttempt.objects.get().attempt_time

    sign_in(client, "co", "wrong")

    assert AccessAttempt.objects.get().attempt_time == before


def test_closed_account_is_refused(client):
    user = person("CO", password=PASSWORD)
    services.deactivate(user=user, by=STAGE, reason="left")

    response = sign_in(client, "co")

    assert response.status_code == 200
    assert acts() == [("sign_in_refused", "inactive")]


@pytest.mark.verifies("ACC-10")
def test_sign_in_outside_the_delegation_is_refused(client):
    yesterday = clock.today() - timedelta(days=1)
    person("CO", password=PASSWORD, delegated_until=yesterday)

    response = sign_in(client, "co")

    assert "delegation does not cover today" in response.content.decode()
    assert acts() == [("sign_in_refused", "delegation")]


@pytest.mark.verifies("ACC-10")
def test_session_ends_with_the_delegation(client):
    user = person("CO")
    client.force_login(user)
    details = {"delegated_until": clock.today() - timedelta(days=1)}
    services.change_details(user=user, by=STAGE, details=details)

    response = client.get(PAGE)

    assert response.url.startswith(SIGN_IN)
    assert acts() == [("session_ended", "delegation")]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_sign_in_leads_to_pages_of_this_site_only(client, elsewhere):
    person("CO", password=PASSWORD)

    assert "evil" not in sign_in(client, "co", next=elsewhere).url


@pytest.mark.verifies("ACC-11")
def test_temporary_password_is_changed_before_anything_else(client):
    person("CO", password=PASSWORD, must_change_password=True)
    sign_in(client, "co")

    redirected = client.get(PAGE)
    passwords = dict.fromkeys(("new_password1", "new_password2"), "another horse 43")
    reused = client.post(
        redirected.url,
        {"present_password": PASSWORD} | dict.fromkeys(passwords, PASSWORD),
    )
    changed = client.post(redirected.url, {"present_password": PASSWORD} | passwords)

    assert redirected.url == "/accounts/password/"
    assert "have not used here before" in reused.content.decode()
    assert changed.status_code == 302
    assert client.get(PAGE).status_code == 200


@pytest.mark.verifies("ACC-11")
def test_old_passwords_are_changed_where_the_site_asks_for_it(client, settings):
    settings.PASSWORD_AGE_DAYS = 90
    client.force_login(person("CO"))
    assert client.get(PAGE).status_code == 200

    settings.PASSWORD_AGE_DAYS = -1

    assert client.get(PAGE).url == "/accounts/password/"


@pytest.mark.verifies("ACC-14")
def test_idle_session_ends_and_leads_back(client, settings):
    client.force_login(person("CO"))
    set_last_activity(client, 60 * settings.IDLE_LIMIT_MINUTES + 1)

    response = client.get(f"{PAGE}?a=1")

    assert (
        response.url
        == f"{SIGN_IN}?next=%2Faccounts%2Fpreferences%2F%3Fa%3D1&ended=idle"
    )
    assert acts() == [("session_ended", "idle")]


@pytest.mark.verifies("ACC-14")
def test_form_sent_too_late_leads_back_to_its_page(client, settings):
    client.force_login(person("CO"))
    set_last_activity(client, 60 * settings.IDLE_LIMIT_MINUTES + 1)

    sent = client.post(
        "/accounts/keep-alive/", headers={"referer": f"http://testserver{PAGE}"}
    )
    part = client.post(
        "/accounts/keep-alive/",
        headers={"hx-request": "true", "hx-current-url": f"http://testserver{PAGE}"},
    )

    assert sent.url == f"{SIGN_IN}?next=%2Faccounts%2Fpreferences%2F&ended=idle"
    assert part.status_code == 204
    assert part["HX-Redirect"] == f"{SIGN_IN}?next=%2Faccounts%2Fpreferences%2F"


@pytest.mark.verifies("ACC-14")
def test_session_lives_by_activity_but_not_by_scripts(client, settings):
    client.force_login(person("CO"))
    set_last_activity(client, 600)

    answer = client.get("/accounts/keep-alive/", headers={"x-background": "1"})
    stayed = client.post("/accounts/keep-alive/")

    limit = 60 * settings.IDLE_LIMIT_MINUTES
    assert answer.json()["seconds_left"] in range(limit - 605, limit - 599)
    assert stayed.json()["seconds_left"] in range(limit - 5, limit + 1)


TYPED_BY = "x-typed-by"


def typed_by(user, **headers):
    return {TYPED_BY: str(user.pk), **headers}


@pytest.mark.verifies("ACC-14")
def test_a_script_is_told_where_a_stored_text_leads(client):
    someone = person("CO")
    client.force_login(someone)

    stored = client.post(
        PAGE, {"language": "en", "theme": ""}, headers=typed_by(someone)
    )
    page = client.post(PAGE, {"language": "xx"}, headers=typed_by(someone))

    assert (stored.status_code, stored["X-Location"]) == (204, PAGE)
    assert "X-Not-Stored" not in stored
    assert page.status_code == 200


@pytest.mark.verifies("ACC-14")
def test_what_somebody_typed_is_taken_from_no_other_person(client):
    author, other = person("CO"), person("IN")
    client.force_login(other)

    answer = client.post(PAGE, {"language": "zh-hans"}, headers=typed_by(author))

    other.refresh_from_db()
    assert (answer.status_code, answer.json()) == (401, {"signed_in_as": str(other)})
    assert other.language != "zh-hans"


@pytest.mark.verifies("ACC-14")
@pytest.mark.parametrize("part", [{}, {"hx-request": "true"}])
def test_a_script_is_told_that_the_session_ended(client, settings, part):
    someone = person("CO")
    client.force_login(someone)
    set_last_activity(client, 60 * settings.IDLE_LIMIT_MINUTES + 1)
    headers = typed_by(someone, referer=f"http://testserver{PAGE}", **part)

    answer = client.post(PAGE, {"language": "en"}, headers=headers)

    address = f"{SIGN_IN}?next=%2Faccounts%2Fpreferences%2F&ended=idle"
    assert (answer.status_code, answer.json()) == (401, {"sign_in": address})


@pytest.mark.verifies("ACC-14")
def test_a_script_is_told_that_a_new_password_is_due(client):
    someone = person("CO", must_change_password=True)
    client.force_login(someone)

    answer = client.post(PAGE, {"language": "en"}, headers=typed_by(someone))

    assert answer.status_code == 401
    assert answer.json() == {"sign_in": "/accounts/password/"}


def test_session_is_written_at_most_once_a_minute(client, django_assert_num_queries):
    client.force_login(person("CO"))
    page = reverse("accounts:change_password")
    client.get(page)

    with django_assert_num_queries(2):  # session, account
        client.get(page)


def test_page_is_not_kept_by_the_browser(client):
    client.force_login(person("CO"))

    assert client.get(PAGE)["Cache-Control"] == "private, no-store"


def test_no_answer_stands_in_a_frame_of_another_site(client):
    answers = [client.get(PAGE), client.get("/no-such-page/"), client.get("/healthz")]

    assert [answer["X-Frame-Options"] for answer in answers] == ["DENY"] * 3


@pytest.mark.verifies("ACC-03")
def test_right_that_was_withdrawn_fails_at_the_next_request(client):
    user = person("AD")
    person("AD", username="ad.two")
    client.force_login(user)
    assert client.get("/accounts/users/").status_code == 200
    services.deactivate(user=user, by=STAGE, reason="left")

    assert client.get("/accounts/users/").status_code == 302


def test_language_is_kept_with_the_account_and_colours_with_the_device(client):
    user = person("CO")
    client.force_login(user)

    client.post(PAGE, {"language": "zh-hans", "theme": "dark"})

    user.refresh_from_db()
    assert user.language == "zh-hans"
    page = client.get(PAGE).content.decode()
    assert '<html lang="zh-hans" data-theme="dark">' in page


def test_one_click_lets_in_the_people_of_a_demo_alone(settings):
    person("CO", password="see the demo run")
    person("IN")  # who has no password cannot be let in
    page, password = reverse("accounts:sign_in"), 'value="see the demo run"'
    before = Client().get(page).text

    settings.DEMO_PASSWORD = "see the demo run"
    shown = Client().get(page).text
    entered = Client().post(page, {"username": "co", "password": "see the demo run"})

    assert password not in before
    assert shown.count(password) == 1
    assert entered.status_code == 302


def test_sessions_that_have_ended_are_removed_at_night():
    for key, expires in (("ended", -1), ("open", 1)):
        expire_date = clock.now() + timedelta(days=expires)
        Session.objects.create(
            session_key=key, session_data="", expire_date=expire_date
        )

    clear_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
