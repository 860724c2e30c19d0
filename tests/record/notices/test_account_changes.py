"""Who is told of a change of an account, and where the message goes."""

import pytest
from django.core import mail

from record.accounts.models import SecondFactor
from record.accounts.services import accounts, proposals, second_factor
from record.audit.attribution import Source, attributed
from record.notices.models import Message
from record.notices.services.delivery import deliver_due
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ACC-19")]
OVERSEERS = ["pi", "so"]


def told(subject):
    mails = Message.objects.filter(occasion="account_changed", subject=subject)
    return sorted(mails.values_list("recipient__username", flat=True))


def with_second_factor(role):
    user = person(role, password=PASSWORD)
    with attributed(by=STAGE, via=Source.COMMAND):
        SecondFactor.objects.create(user=user, sealed="-", last_step=0)
    return user


@pytest.fixture(autouse=True)
def _staff():
    for role in ("PI", "SO", "DM", "MO"):
        person(role)


CHANGES = {
    "another e-mail address": lambda user, by: accounts.change_details(
        user=user, by=by, details={"email": "new@example.org"}
    ),
    "reset of the password": lambda user, by: accounts.reset_password(
        user=user, by=by, reason="lost"
    ),
    "revocation of the second factor": lambda user, by: accounts.revoke_second_factor(
        user=user, by=by, reason="lost"
    ),
    "another role": lambda user, by: accounts.set_role(
        user=user, role="PN", by=by, reason="moved"
    ),
    "lock after wrong tries lifted": lambda user, by: accounts.unlock(user=user, by=by),
}


@pytest.mark.parametrize("change", CHANGES)
def test_of_an_unblinded_account_those_who_oversee_the_trial_are_told(change):
    first, second = person("AD"), person("AD", username="second")
    user = with_second_factor("UP")
    subject = f"Account up: {change}"

    CHANGES[change](user, first)
    proposed = told(subject)
    proposals.approve(user.proposals.get(), by=second)

    owner = {
        "reset of the password": [],  # the mail with the link says it
        "another e-mail address": ["up", "up"],  # at both addresses
    }.get(change, ["up"])
    assert proposed == sorted([*OVERSEERS, "second", "up"])
    assert told(subject) == sorted([*proposed, *OVERSEERS, *owner])


def test_the_link_after_a_reset_says_who_reset_the_password():
    administrator, user = person("AD"), person("CO", password=PASSWORD)

    accounts.reset_password(user=user, by=administrator, reason="lost")
    deliver_due()

    [link] = [one for one in mail.outbox if one.to == ["co@example.org"]]
    assert "was reset by Administrator Doe; it opens nothing any more" in link.body


@pytest.mark.parametrize("role", ["CO", "UP"])
def test_the_owner_is_told_what_was_done_in_the_own_name(role):
    user = person(role, password=PASSWORD)
    secret = second_factor.new_secret()
    code = second_factor.code_at(secret, clock.now().timestamp())

    codes = second_factor.enrol(user=user, secret=secret, code=code)
    accounts.change_password(user=user, password="another horse 43")
    with attributed(by=user, via=Source.PAGE):
        second_factor.use_recovery_code(user, codes[0])

    subjects = [
        f"Account {user.username}: {change}"
        for change in (
            "enrolment of a second factor",
            "new password",
            "signed in with a recovery code",
        )
    ]
    messages = Message.objects.filter(occasion="account_changed")
    assert sorted(messages.values_list("recipient", "subject")) == [
        (user.pk, subject) for subject in sorted(subjects)
    ]


def test_of_a_closed_account_the_owner_and_those_who_oversee_are_told():
    user = person("UP")

    accounts.deactivate(user=user, by=person("AD"), reason="left")
    deliver_due()

    closed = [one.to for one in mail.outbox if "account closed" in one.subject]
    assert sorted(closed) == [
        ["pi@example.org"],
        ["so@example.org"],
        ["up@example.org"],
    ]


def test_no_message_tells_the_new_address_or_a_reason():
    user = person("UP")
    administrator = person("AD")

    accounts.change_details(
        user=user, by=administrator, details={"email": "new@example.org"}
    )
    accounts.reset_password(user=user, by=administrator, reason="telephone 13912345678")

    texts = " ".join(Message.objects.values_list("text", flat=True))
    assert "new@example.org" not in texts
    assert "13912345678" not in texts
