"""Administrators among themselves: the last one, stale pages, acts at the same time."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from record.accounts.access import NotPermitted
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.services import accounts, proposals, second_factor
from record.notices.models import Message
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
TODAY, DAY = clock.today(), timedelta(days=1)
NOT_LASTING = {
    "ended": {"delegated_until": TODAY - DAY},
    "ends today": {"delegated_until": TODAY},
    "will end": {"delegated_until": TODAY + 300 * DAY},
    "not begun": {"delegated_from": TODAY + DAY},
}


@pytest.mark.parametrize("dates", NOT_LASTING.values(), ids=NOT_LASTING)
def test_an_administrator_whom_a_date_ends_is_no_other_administrator(dates):
    last = person("AD")
    person("AD", username="other", **dates)

    with pytest.raises(AccountRefused, match="last administrator"):
        accounts.deactivate(user=last, by=STAGE, reason="left")


@pytest.mark.parametrize("dates", NOT_LASTING.values(), ids=NOT_LASTING)
def test_dates_do_not_take_the_last_administrator(client, dates):
    last = person("AD")
    person("AD", username="other", delegated_until=TODAY)
    client.force_login(last)
    details = {"full_name": last.full_name, "email": last.email, "language": ""}

    page = client.post(reverse("accounts:edit", args=[last.pk]), details | dates)

    last.refresh_from_db()
    assert "This is the last administrator" in page.content.decode()
    assert str(next(iter(dates.values()))) in page.content.decode()
    assert (last.delegated_from, last.delegated_until) == (None, None)


def test_dates_of_one_of_two_administrators_are_set():
    one, _other = person("AD"), person("AD", username="other")

    accounts.change_details(user=one, by=STAGE, details=NOT_LASTING["will end"])

    one.refresh_from_db()
    assert one.delegated_until == TODAY + 300 * DAY


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("edit", {"full_name": "Typed Name", "email": "co@example.org"}),
        ("set_role", {"role": "BN", "reason": "moved"}),
        ("deactivate", {"reason": "left"}),
        ("reset_password", {"reason": "lost"}),
    ],
)
def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(client, page, typed):
    user = person("CO")
    client.force_login(person("AD"))
    shown = user.digest
    accounts.change_details(user=user, by=STAGE, details={"full_name": "Newer Name"})
    before = User.objects.filter(pk=user.pk).values().get()
    address = reverse(f"accounts:{page}", args=[user.pk])

    answer = client.post(address, typed | {"shown": shown})

    text = answer.content.decode()
    assert User.objects.filter(pk=user.pk).values().get() == before
    assert "changed since the page was shown" in text
    assert all(value in text for value in typed.values())
    user.refresh_from_db()
    assert f'name="shown" value="{user.digest}"' in text


def test_who_was_closed_a_moment_ago_administers_no_more():
    former = person("AD")
    person("AD", username="other")
    user = person("CO")
    accounts.deactivate(user=User.objects.get(pk=former.pk), by=STAGE, reason="left")

    for act in (accounts.reset_password, accounts.deactivate, accounts.reactivate):
        with pytest.raises(NotPermitted):
            act(user=user, by=former, reason="now")
    with pytest.raises(NotPermitted):
        accounts.create_account(
            username="new", full_name="New", email="n@example.org", role="CO", by=former
        )


@pytest.mark.parametrize("closing", ["deactivate", "reset_password"])
def test_what_a_session_sends_after_its_account_was_reset_is_refused(closing):
    user = person("CO", password=PASSWORD)
    at_the_request = User.objects.get(pk=user.pk)
    getattr(accounts, closing)(user=user, by=STAGE, reason="stolen")
    secret = second_factor.new_secret()
    code = second_factor.code_at(secret, clock.now().timestamp())

    with pytest.raises(AccountRefused, match="changed this moment"):
        accounts.change_password(user=at_the_request, password="another horse 43")
    with pytest.raises(AccountRefused, match="changed this moment"):
        second_factor.enrol(user=at_the_request, secret=secret, code=code)

    user.refresh_from_db()
    assert not user.has_usable_password()


def at_once(*acts):
    barrier, answers = threading.Barrier(len(acts)), list[str]()

    def run(act):
        try:
            barrier.wait()
            act()
            answers.append("done")
        except Exception as problem:  # noqa: BLE001 - compared by the caller
            answers.append(type(problem).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_close_each_other_at_once_one_stays():
    one, other = person("AD"), person("AD", username="other")

    answers = at_once(
        lambda: accounts.deactivate(user=User(pk=other.pk), by=one, reason="left"),
        lambda: accounts.deactivate(user=User(pk=one.pk), by=other, reason="left"),
    )

    assert answers in (["AccountRefused", "done"], ["NotPermitted", "done"])
    assert User.objects.filter(role="AD", is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_waits():
    people = [person("AD"), person("AD", username="other")]
    user = person("UP")

    answers = at_once(
        *(
            lambda by=by: accounts.reset_password(
                user=User(pk=user.pk), by=by, reason="lost"
            )
            for by in people
        )
    )

    assert answers == ["AccountRefused", "done"]
    assert user.proposals.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_approving_and_withdrawing_at_once_one_counts():
    people = [person("AD"), person("AD", username="other")]
    user = person("UP")
    proposal = accounts.reset_password(user=user, by=people[0], reason="lost")

    answers = at_once(
        lambda: proposals.approve(proposal, by=people[1]),
        lambda: proposals.withdraw(proposal, by=people[0]),
    )

    proposal.refresh_from_db()
    assert answers == ["AccountRefused", "done"]
    assert (proposal.approved_at is None) != (proposal.withdrawn_at is None)


def test_the_command_line_tells_whoever_watches_over_accounts():
    watchers = [person(role) for role in ("AD", "PI", "SO")]

    call_command(
        "create_account", "li.wei", "UP", name="Li Wei", email="li@example.org"
    )

    messages = Message.objects.filter(occasion="account_changed")
    account = "Account li.wei: account opened"
    assert sorted(messages.values_list("recipient__username", "subject")) == [
        (one.username, account) for one in sorted(watchers, key=str)
    ]


def test_no_command_sets_a_password(monkeypatch):
    user = person("UP", password=PASSWORD)
    typed = "another horse 43"
    monkeypatch.setattr(changepassword.getpass, "getpass", lambda **_: typed)

    with pytest.raises(DatabaseError, match="names no actor"), transaction.atomic():
        call_command("changepassword", user.username)

    user = User.objects.get(pk=user.pk)
    assert user.check_password(PASSWORD)
