"""The second factor, and the way in at two in the morning without it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from record.accounts.models import RecoveryCode
from record.accounts.problems import AccountRefused
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.services import accounts
from record.accounts.services import second_factor as service
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
SIGN_IN, VERIFY = "/accounts/sign-in/", "/accounts/sign-in/code/"
RECOVER, ENROL = "/accounts/sign-in/recover/", "/accounts/second-factor/"
PAGE = "/accounts/preferences/"


def now_code(secret, *, seconds=0):
    return service.code_at(secret, int(clock.now().timestamp()) + seconds)


def enrolled(role="IN", **details):
    """Return somebody with an app, its secret and the recovery codes."""
    user = person(role, password=PASSWORD, **details)
    secret = service.new_secret()
    with clock.shifted(timedelta(minutes=-2)):
        codes = service.enrol(user=user, secret=secret, code=now_code(secret))
    return user, secret, codes


def give_password(client, user, password=PASSWORD):
    typed = {"username": user.username, "password": password, "next": PAGE}
    return client.post(SIGN_IN, typed)


def recover(client, user, code, password=PASSWORD):
    typed = {"username": user.username, "password": password, "code": code}
    return client.post(RECOVER, typed)


def is_in(client):
    return client.get(PAGE).status_code == 200


def acts(*names):
    return list(
        Entry.objects.filter(act__in=names).order_by("id").values_list("act", flat=True)
    )


@pytest.mark.verifies("ACC-15")
def test_password_alone_opens_nothing_once_an_app_is_enrolled(client):
    user, secret, _ = enrolled()

    after_password = give_password(client, user)
    before = is_in(client)
    after_code = client.post(VERIFY, {"code": now_code(secret), "next": PAGE})

    assert after_password.url.startswith(VERIFY)
    assert not before
    assert (after_code.status_code, after_code.url) == (302, PAGE)
    assert is_in(client)


@pytest.mark.verifies("ACC-15")
@pytest.mark.parametrize(
    ("seconds", "is_right"), [(-60, False), (-30, True), (30, True), (60, False)]
)
def test_code_of_a_neighbouring_half_minute_is_right(client, seconds, is_right):
    user, secret, _ = enrolled()
    give_password(client, user)

    client.post(VERIFY, {"code": now_code(secret, seconds=seconds)})

    assert is_in(client) is is_right


@pytest.mark.verifies("ACC-15")
def test_code_serves_once():
    user, secret, _ = enrolled()
    first, second = Client(), Client()
    code = now_code(secret)

    for client in (first, second):
        give_password(client, user)
        client.post(VERIFY, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("ACC-13")
def test_wrong_codes_lock_the_account(client):
    user, secret, _ = enrolled()
    person("AD")

    for _ in range(5):
        give_password(client, user)
        answer = client.post(VERIFY, {"code": "000000"})
    give_password(client, user)
    client.post(VERIFY, {"code": now_code(secret)})

    assert answer.status_code == 429
    assert not is_in(client)
    assert acts("second_factor_refused", "account_locked").count("account_locked") == 1


def test_second_step_waits_five_minutes(client):
    user, secret, _ = enrolled()
    give_password(client, user)

    with clock.shifted(timedelta(minutes=6)):
        late = client.post(VERIFY, {"code": now_code(secret)})

    assert late.url == SIGN_IN
    assert not is_in(client)


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("RND-07")
def test_recovery_code_lets_in_while_the_account_is_locked(client):
    user, _, codes = enrolled()
    for _ in range(5):
        give_password(client, user, "wrong")
    locked = give_password(client, user)

    came = recover(client, user, codes[0].lower())

    assert (locked.status_code, came.status_code) == (429, 302)
    assert "9 recovery codes are left" in client.get(PAGE).content.decode()
    again = Client()
    assert recover(again, user, codes[0]).status_code == 200
    assert not is_in(again)
    assert acts("recovery_code_used", "recovery_refused") == [
        "recovery_code_used",
        "recovery_refused",
    ]


def test_recovery_code_stands_in_for_the_app(client):
    user, _, codes = enrolled()
    give_password(client, user)

    client.post(VERIFY, {"code": codes[3]})

    assert is_in(client)


@pytest.mark.verifies("ACC-13")
def test_recovery_is_closed_after_five_wrong_tries(client):
    user, _, codes = enrolled()

    for _ in range(5):
        recover(client, user, codes[0], "wrong")
    late = recover(client, user, codes[0])

    assert late.status_code == 200
    assert not is_in(client)
    assert service.recovery_codes_left(user) == 10


@pytest.mark.parametrize("change", ["password", "person", "closed"])
def test_recovery_needs_everything(client, change):
    user, _, codes = enrolled()
    other, _, others = enrolled("PI")
    if change == "closed":
        user.is_active = False
        with attributed(by=STAGE, via=Source.COMMAND):
            user.save(update_fields=["is_active"])
    code = others[0] if change == "person" else codes[0]
    password = "wrong" if change == "password" else PASSWORD

    recover(client, user, code, password)

    assert not is_in(client)
    assert (service.recovery_codes_left(user), service.recovery_codes_left(other)) == (
        10,
        10,
    )


@pytest.mark.verifies("ACC-12", "ACC-15")
def test_neither_secret_nor_codes_stand_in_the_database():
    _, secret, codes = enrolled()

    with connection.cursor() as cursor:
        text = ""
        for table in (
            "accounts_secondfactor",
            "accounts_recoverycode",
            "audit_entry",
            "axes_accessattempt",
        ):
            cursor.execute(
                f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t"
            )
            text += cursor.fetchone()[0]

    plain = [code.replace("-", "") for code in codes]
    assert RecoveryCode.objects.count() == 10
    assert not any(one in text for one in (secret, *codes, *plain))


@pytest.mark.verifies("ACC-15")
def test_enrolment_page_leads_to_codes_shown_once(client):
    user = person("IN", password=PASSWORD)
    client.force_login(user)

    empty = client.get(ENROL).content.decode()
    page = client.post(ENROL, {"act": "begin"}).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    wrong = client.post(ENROL, {"act": "enrol", "code": "12"}).content.decode()
    done = client.post(ENROL, {"act": "enrol", "code": now_code(secret)})
    codes = re.findall(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>",
                       done.content.decode())  # fmt: skip
    after = client.get(ENROL).content.decode()

    assert "Set up an app" in empty
    assert "<svg" in page
    assert "style=" not in page[page.index('class="qr"') :]
    assert "not the one that the app shows" in wrong
    assert len(set(codes)) == 10
    assert "10 recovery codes are left" in after
    assert not any(code in after for code in codes)


def test_new_codes_need_password_and_factor_and_end_the_old(client):
    user, secret, codes = enrolled()
    client.force_login(user)
    typed = {"act": "codes", "username": user.username, "password": PASSWORD}

    client.post(ENROL, {**typed, "password": "wrong", "code": now_code(secret)})
    client.post(ENROL, typed)
    client.post(ENROL, {**typed, "code": "000000"})
    usable = RecoveryCode.objects.filter(replaced_at=None).count()
    client.post(ENROL, {**typed, "code": now_code(secret)})

    assert (usable, service.recovery_codes_left(user)) == (10, 10)
    other = Client()
    recover(other, user, codes[0])
    assert not is_in(other)
    with pytest.raises(IdentityNotConfirmed):
        service.make_recovery_codes(
            user=user, proof=ReAuthenticated(user.pk + 1, clock.now())
        )


@pytest.mark.verifies("ACC-15")
def test_role_that_must_is_held_at_the_enrolment(client, settings):
    settings.SECOND_FACTOR_ROLES = ["IN"]
    investigator, coordinator = person("IN"), person("CO")

    client.force_login(investigator)
    redirected = client.get(PAGE)
    client.force_login(coordinator)

    assert redirected.url == ENROL
    assert is_in(client)


@pytest.mark.verifies("ACC-15")
def test_role_that_must_comes_in_with_app_and_with_recovery_code(settings):
    settings.SECOND_FACTOR_ROLES = ["IN"]
    user, secret, codes = enrolled()
    with_app, with_code = Client(), Client()

    give_password(with_app, user)
    with_app.post(VERIFY, {"code": now_code(secret)})
    recover(with_code, user, codes[0])

    assert is_in(with_app)
    assert is_in(with_code)


@pytest.mark.verifies("ACC-15")
def test_administrator_alone_revokes_a_lost_device(client):
    user, secret, codes = enrolled()
    administrator = person("AD")
    address = f"/accounts/users/{user.pk}/second-factor/"
    with pytest.raises(AccountRefused, match="in use"):
        service.enrol(user=user, secret=secret, code=now_code(secret))

    client.force_login(administrator)
    client.post(address, {"reason": ""})
    factor = service.factor_of(user)
    client.post(address, {"reason": "telephone lost, seen in person"})

    assert factor is not None
    assert service.factor_of(user) is None
    other = Client()
    recover(other, user, codes[0])
    assert not is_in(other)
    give_password(other, user)
    assert is_in(other)
    assert acts("second_factor_revoked") == ["second_factor_revoked"]
    with pytest.raises(AccountRefused, match="no second factor"):
        accounts.revoke_second_factor(user=user, by=administrator, reason="again")
    with pytest.raises(AccountRefused, match="Another administrator"):
        accounts.revoke_second_factor(
            user=administrator, by=administrator, reason="mine"
        )


def test_door_pages_lead_on_who_is_in(client):
    client.force_login(person("CO"))

    assert [client.get(page).status_code for page in (VERIFY, RECOVER)] == [302, 302]
    assert Client().get(VERIFY).url == SIGN_IN
    assert Client().get(RECOVER).status_code == 200
