"""Floods at the sign-in: what is looked at, what is kept, who still comes in."""

import re
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from record.accounts.services import second_factor
from record.accounts.services.strangers import BROWSER_COOKIE, name_digest
from record.audit.attribution import RequestTrace, Source, current_trace
from record.audit.floods import TooManyTries, refuse_stranger
from record.audit.models import Entry, TryCount
from record.audit.tasks import list_counted_tries
from record.notices.models import Message
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

SIGN_IN, RECOVER = "/accounts/sign-in/", "/accounts/sign-in/recover/"
PASSED, SHOWN_AGAIN, TOO_MANY = 302, 200, 429
WRONG = "wrong"
SECRET_TYPED = "Tr0ub4dor&3 as my name"


def sign_in(username="co", password=WRONG, *, client=None, address="203.0.113.7"):
    typed = {"username": username, "password": password}
    return (client or Client()).post(SIGN_IN, typed, REMOTE_ADDR=address)


def recover(username, password=WRONG, code="AAAA-AAAA-AAAA", address="203.0.113.7"):
    typed = {"username": username, "password": password, "code": code}
    return Client().post(RECOVER, typed, REMOTE_ADDR=address)


@contextmanager
def bound_address(address):
    token = current_trace.set(RequestTrace("", address))
    yield
    current_trace.reset(token)


def entries(*acts):
    return list(Entry.objects.filter(act__in=acts).order_by("id"))


@pytest.fixture
def comparisons(monkeypatch):
    """Count how many passwords were compared."""
    compared = []
    original = hashers.Argon2PasswordHasher.encode

    def encode(self, password, salt):
        compared.append(password)
        return original(self, password, salt)

    def verify(self, password, encoded):
        compared.append(password)
        return False

    monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", encode)
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", verify)
    return compared


@pytest.mark.django_db
@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("ACC-13", "ACC-16")
def test_tries_on_a_locked_account_are_ten_entries_and_one_that_counts(settings):
    settings.TRIES_PER_ADDRESS = 60
    person("CO", password=PASSWORD)

    with clock.at(clock.now().replace(minute=1)):  # within one window
        statuses = {sign_in().status_code for _ in range(100)}
    own = len(entries("sign_in_refused"))
    with clock.shifted(timedelta(minutes=16)):
        list_counted_tries()

    *others, counted = entries("sign_in_refused")
    assert statuses == {SHOWN_AGAIN, TOO_MANY}
    assert own == len(others) == 10
    assert (counted.new_values["count"], counted.actor) == (90, "process:tries")
    assert len(entries("account_locked")) == 1


@pytest.mark.django_db
@pytest.mark.real_clock
def test_lock_of_an_account_is_recorded_and_told_in_the_midst_of_a_flood(settings):
    settings.ENTRIES_PER_ADDRESS = 3
    person("CO", password=PASSWORD)
    person("AD")
    for number in range(10):
        sign_in(f"nobody{number}")

    for _ in range(5):
        sign_in()

    assert [entry.new_values for entry in entries("account_locked")] == [
        {"username": "co"}
    ]
    assert Message.objects.filter(occasion="account_locked").count() == 1


@pytest.mark.django_db
@pytest.mark.real_clock
def test_names_that_are_nobodys_mail_administrators_once_an_hour():
    person("AD")

    for number in range(4):
        for _ in range(6):
            sign_in(f"nobody{number}", address=f"203.0.113.{number}")

    assert Message.objects.filter(occasion="account_locked").count() == 1


@pytest.mark.django_db
@pytest.mark.verifies("ACC-13")
def test_over_the_limit_no_password_is_compared(comparisons, settings):
    settings.TRIES_PER_ADDRESS = 5

    answers = [sign_in(f"nobody{number}") for number in range(20)]

    assert len(comparisons) == 5
    assert [answer.status_code for answer in answers[5:]] == [TOO_MANY] * 15
    assert "Try again in 15 minutes" in answers[-1].text
    assert 'value="nobody19"' in answers[-1].text
    assert answers[-1]["Retry-After"] == "900"


@pytest.mark.django_db
def test_a_browser_that_is_known_comes_in_during_a_flood_of_its_own_network(settings):
    settings.TRIES_PER_ADDRESS, settings.TRIES_IN_ALL = 5, 20
    person("CO", password=PASSWORD)
    person("PI", password=PASSWORD)
    known = Client()
    sign_in(password=PASSWORD, client=known)
    known.post("/accounts/sign-out/")

    for last in range(10):
        for _ in range(10):
            sign_in("nobody", address=f"203.0.113.{last}")
    stranger = sign_in("pi", PASSWORD)
    elsewhere = sign_in("pi", PASSWORD, address="198.51.100.1")
    again = sign_in(password=PASSWORD, client=known)

    assert (stranger.status_code, elsewhere.status_code) == (TOO_MANY, TOO_MANY)
    assert again.status_code == PASSED


@pytest.mark.django_db
def test_a_browser_that_is_known_has_a_limit_too(settings):
    settings.TRIES_PER_ADDRESS = 5
    person("CO", password=PASSWORD)
    known = Client()
    sign_in(password=PASSWORD, client=known)
    known.post("/accounts/sign-out/")

    statuses = [sign_in(f"no{n}", client=known).status_code for n in range(7)]

    assert statuses == [SHOWN_AGAIN] * 5 + [TOO_MANY] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("is_signed", [False, True])
def test_a_forged_mark_of_a_browser_is_a_strangers(settings, is_signed):
    settings.TRIES_PER_ADDRESS = 1
    client, another = Client(), TimestampSigner(key="another key")
    client.cookies[BROWSER_COOKIE] = another.sign("me") if is_signed else "me"

    statuses = [sign_in("nobody", client=client).status_code for _ in range(2)]

    assert statuses == [SHOWN_AGAIN, TOO_MANY]


@pytest.mark.django_db(transaction=True)
@pytest.mark.real_clock
@pytest.mark.verifies("ACC-13")
def test_guesses_at_once_get_no_more_looks_than_one_after_another(comparisons):
    person("CO")
    start = threading.Barrier(8)

    def guess(last):
        start.wait()
        for number in range(3):
            sign_in("co", f"guess {number}", address=f"203.0.113.{last}")
        connection.close()

    threads = [threading.Thread(target=guess, args=(last,)) for last in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(comparisons) == 5
    assert len(entries("account_locked")) == 1


@pytest.mark.django_db
@pytest.mark.real_clock
@pytest.mark.verifies("ACC-12")
def test_a_name_that_is_nobodys_is_kept_nowhere(caplog):
    person("CO", password=PASSWORD)

    for _ in range(6):
        sign_in(SECRET_TYPED)
        recover(SECRET_TYPED)
    sign_in("co")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        kept = []
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s',
                ["%ub4dor%"],
            )
            kept += [table] * cursor.fetchone()[0]
    assert kept == []
    assert "ub4dor" not in caplog.text.lower()
    names = set(AccessAttempt.objects.values_list("username", flat=True))
    assert "co" in names
    assert {len(name) for name in names - {"co"}} == {48}


def work(statements):
    """What each statement does, without its values."""
    values = r"SET LOCAL audit.context = '[^']*'; |'[^']*'|\"s\d+_x\d+\"|\b\d+\b"
    return [re.sub(values, "", one["sql"]) for one in statements]


@pytest.mark.django_db
@pytest.mark.real_clock
@pytest.mark.verifies("ACC-13")
@pytest.mark.parametrize("tries", [1, 7])
@pytest.mark.parametrize("page", ["sign-in", "recovery"])
def test_known_and_unknown_names_are_the_same_work(comparisons, page, tries, settings):
    settings.ENTRIES_PER_ADDRESS = settings.TRIES_PER_ADDRESS = 100
    person("CO", password=PASSWORD)
    person("PI", password=PASSWORD, is_active=False)
    name_digest("")  # the key is read once a process
    ask = sign_in if page == "sign-in" else recover
    done = {}

    for name, address in (("co", "1"), ("nobody", "2"), ("pi", "3")):
        for _ in range(tries):
            comparisons.clear()
            with CaptureQueriesContext(connection) as statements:
                answer = ask(name, address=f"203.0.113.{address}")
        body = answer.text.replace(f'value="{name}"', "")
        done[name] = (work(statements), len(comparisons), answer.status_code, len(body))

    assert done["co"] == done["nobody"] == done["pi"]


@pytest.mark.django_db
@pytest.mark.verifies("ACC-13")
def test_recovery_of_one_account_has_five_tries_wherever_they_come_from(comparisons):
    user = person("IN", password=PASSWORD)
    comparisons.clear()

    for last in range(12):
        recover(user.username, address=f"203.0.113.{last}")

    assert len(comparisons) == second_factor.TRIES == 5
    names = TryCount.objects.filter(act="recovery_refused", origin__contains="name ")
    assert [count.tries for count in names] == [12]
    assert user.username not in names[0].origin


@pytest.mark.django_db
def test_recovery_is_refused_unseen_in_a_flood(settings, comparisons):
    settings.TRIES_PER_ADDRESS = 2

    answers = [recover(f"nobody{number}") for number in range(4)]

    assert [answer.status_code for answer in answers] == (
        [SHOWN_AGAIN] * 2 + [TOO_MANY] * 2
    )
    assert len(comparisons) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["sign_in_refused", "import_refused"])
def test_administrators_see_where_a_flood_came_from(client, act):
    client.force_login(person("AD"))
    for _ in range(40):
        with bound_address("203.0.113.7"), suppress(TooManyTries):
            refuse_stranger(act, {"why": "unknown"}, by=STAGE, via=Source.API)
    with clock.shifted(timedelta(minutes=16)):
        list_counted_tries()

    page = client.get("/accounts/sign-ins/").text

    counted, single = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:3]
    cells = [re.sub(r"<[^>]+>", "", one).split() for one in (counted, single)]
    assert " ".join(cells[0]).endswith("30 tries, counted; addresses: 1 203.0.113.7")
    assert " ".join(cells[1]).endswith("credential unknown 203.0.113.7")
