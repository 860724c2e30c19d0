"""Nobody becomes somebody else: an administrator alone, at the pages."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from record.accounts.access import NotPermitted
from record.accounts.models import AccountProposal, SecondFactor, User
from record.accounts.problems import AccountRefused
from record.accounts.services import accounts, proposals
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.notices.models import Message
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ACC-19")]
WAITS = "A second person has to approve it"


class Browser:
    """A person at the pages of the accounts."""

    def __init__(self, user):
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def send(self, page, key=None, **typed):
        address = reverse(f"accounts:{page}", args=[key] if key else [])
        return self.client.post(address, typed, follow=True).content.decode()

    def edit(self, user, **typed):
        details = {"full_name": user.full_name, "email": user.email, "language": ""}
        return self.send("edit", user.pk, **(details | typed))


@pytest.fixture
def first():
    return Browser(person("AD", username="first"))


@pytest.fixture
def second():
    return Browser(person("AD", username="second"))


def with_second_factor(role):
    user = person(role, password=PASSWORD)
    with attributed(by=STAGE, via=Source.COMMAND):
        SecondFactor.objects.create(user=user, sealed="-", last_step=0)
    return user


def state_of(user):
    account = User.objects.filter(pk=user.pk).values().get()
    factors = SecondFactor.objects.filter(user=user, revoked_at=None).count()
    return account, factors


GUARDED = ["PI", "UP", "PN", "UM", "LC", "US", "SO", "AD"]
ACTS = {
    "edit": {"email": "thief@example.org"},
    "reset_password": {"reason": "lost"},
    "revoke_second_factor": {"reason": "lost"},
    "unlock": {},
}


@pytest.mark.parametrize("role", GUARDED)
@pytest.mark.parametrize("act", ACTS)
def test_one_administrator_changes_nothing_of_who_can_learn_an_arm(first, role, act):
    user = with_second_factor(role)
    before = state_of(user)

    if act == "edit":
        page = first.edit(user, **ACTS[act])
    else:
        page = first.send(act, user.pk, **ACTS[act])

    assert WAITS in page
    assert state_of(user) == before
    assert user.proposals.get().entered_by == first.user


@pytest.mark.parametrize("act", ACTS)
def test_the_second_person_makes_the_change(first, second, act):
    user = with_second_factor("UP")
    before = state_of(user)
    if act == "edit":
        first.edit(user, **ACTS[act])
    else:
        first.send(act, user.pk, **ACTS[act])

    page = second.send("approve_proposal", user.proposals.get().pk)

    assert "Approved; the change is made." in page
    entry = Entry.objects.filter(act="account_unlocked")
    assert state_of(user) != before or (act == "unlock" and entry.exists())


@pytest.mark.parametrize("role", ["CO", "IN", "UP"])
def test_a_new_address_takes_two_whoever_has_it(first, second, role):
    user = person(role)

    first.edit(user, email="new@example.org", full_name="Li Wei")
    user.refresh_from_db()
    between = (user.email, user.full_name)
    second.send("approve_proposal", user.proposals.get().pk)

    user.refresh_from_db()
    assert between == (f"{role.lower()}@example.org", "Li Wei")
    assert user.email == "new@example.org"


@pytest.mark.parametrize("role", ["IN", "PI", "UP", "SO", "AD"])
def test_an_account_that_can_learn_an_arm_is_opened_by_two(
    first, second, role, mailoutbox
):
    typed = {"full_name": "Li Wei", "email": "li@example.org", "language": ""}
    page = first.send("add", username="li.wei", role=role, **typed)
    user = User.objects.get(username="li.wei")
    own = first.send("approve_proposal", user.proposals.get().pk)
    again = first.send("reactivate", user.pk, reason="now")

    assert WAITS in page
    assert "somebody else approves it" in own
    assert "waits for a second person already" in again
    user.refresh_from_db()
    assert not user.is_active

    second.send("approve_proposal", user.proposals.get().pk)

    user.refresh_from_db()
    assert user.is_active
    assert not user.has_usable_password()


def test_an_administrator_makes_no_second_self(first):
    """A new account of an administrator, or one that was promoted, approves nothing."""
    typed = {"full_name": "Me Again", "email": "me@example.org", "language": ""}
    first.send("add", username="me.again", role="AD", **typed)
    first.send("add", username="me.nurse", role="BN", **typed)
    nurse = User.objects.get(username="me.nurse")
    target = person("UP")
    first.send("reset_password", target.pk, reason="lost")
    proposal = target.proposals.get()

    page = first.send("set_role", nurse.pk, role="PI", reason="promoted")

    assert WAITS in page
    for name in ("me.again", "me.nurse"):
        account = User.objects.get(username=name)
        with pytest.raises(NotPermitted):
            proposals.approve(proposal, by=account)
    proposal.refresh_from_db()
    assert proposal.approved_at is None


@pytest.mark.parametrize(
    ("role", "new_role"), [("UP", "PN"), ("CO", "IN"), ("IN", "PI")]
)
def test_a_role_that_can_learn_an_arm_is_given_by_two(first, second, role, new_role):
    user = person(role)

    first.send("set_role", user.pk, role=new_role, reason="moved")
    user.refresh_from_db()
    between = user.role
    second.send("approve_proposal", user.proposals.get().pk)

    user.refresh_from_db()
    assert (between, user.role) == (role, new_role)


def test_nobody_approves_the_own_proposal_or_the_own_account(first, second):
    first.send("reset_password", second.user.pk, reason="lost")
    proposal = second.user.proposals.get()

    assert "somebody else approves" in first.send("approve_proposal", proposal.pk)
    assert "somebody else approves" in second.send("approve_proposal", proposal.pk)
    proposal.refresh_from_db()
    for by in (first.user, second.user):
        with pytest.raises(IntegrityError), attributed(by=STAGE, via=Source.COMMAND):
            AccountProposal.objects.filter(pk=proposal.pk).update(
                approved_by=by, approved_at=proposal.entered_at
            )


def test_the_principal_investigator_may_be_the_second_person(first):
    leader, user = Browser(person("PI")), person("UP")
    first.send("reset_password", user.pk, reason="lost")

    page = leader.client.get(reverse("accounts:proposals")).content.decode()
    leader.send("approve_proposal", user.proposals.get().pk)

    assert "reset of the password" in page
    assert user.proposals.get().approved_by == leader.user


@pytest.mark.parametrize("act", ["add", "reset_password"])
def test_the_second_person_sees_where_the_link_for_a_password_goes(first, second, act):
    if act == "add":
        typed = {"full_name": "Li Wei", "email": "li@example.org", "language": ""}
        first.send("add", username="li.wei", role="UP", **typed)
    else:
        user = person("UP", email="li@example.org")
        first.send("reset_password", user.pk, reason="lost")

    page = second.client.get(reverse("accounts:proposals")).content.decode()

    assert "li@example.org" in page


@pytest.mark.parametrize("who", ["proposer", "approver"])
def test_a_proposal_ends_when_somebody_withdraws_it(first, second, who):
    user = person("UP")
    first.edit(user, email="thief@example.org")
    proposal = user.proposals.get()

    {"proposer": first, "approver": second}[who].send("withdraw_proposal", proposal.pk)
    page = second.send("approve_proposal", proposal.pk)

    user.refresh_from_db()
    assert "This was withdrawn" in page
    assert user.email == "up@example.org"


def test_what_a_closed_administrator_proposed_is_void(first, second):
    user = person("UP")
    first.edit(user, email="thief@example.org")
    accounts.deactivate(user=first.user, by=second.user, reason="left")

    with pytest.raises(AccountRefused, match="withdrawn"):
        proposals.approve(user.proposals.get(), by=second.user)


def test_closing_an_account_takes_one_and_ends_what_is_proposed_for_it(first, second):
    user = person("UP")
    first.edit(user, email="thief@example.org")

    first.send("deactivate", user.pk, reason="left")

    user.refresh_from_db()
    assert not user.is_active
    assert user.proposals.get().withdrawn_at is not None
    assert WAITS in first.send("reactivate", user.pk, reason="back")


def test_a_change_since_the_page_was_shown_is_not_approved(first, second):
    user = person("UP")
    first.edit(user, email="new@example.org")
    proposal = user.proposals.get()
    shown = proposal.digest
    first.edit(user, full_name="Somebody Else")

    stale = second.send("approve_proposal", proposal.pk, shown=shown)

    user.refresh_from_db()
    assert "changed since it was shown" in stale
    assert user.email == "up@example.org"


def test_each_change_says_in_the_trail_who_proposed_and_who_approved(first, second):
    user = person("UP")
    first.send("reset_password", user.pk, reason="forgotten")
    second.send("approve_proposal", user.proposals.get().pk)

    table = AccountProposal._meta.db_table
    actors = Entry.objects.filter(table_name=table).order_by("pk")
    reset = Entry.objects.get(act="password_reset")
    assert list(actors.values_list("actor", flat=True)) == ["first", "second"]
    assert (reset.actor, reset.reasons[""]["text"]) == ("second", "forgotten")


ADDRESSES = ["first@example.org", "First@EXAMPLE.org", "first+2@example.org"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("role", ["CO", "UP", "AD"])
def test_two_accounts_never_have_one_mailbox(first, second, role, address):
    typed = {"full_name": "Me Again", "email": address, "language": ""}
    other, before = person(role, username="other"), User.objects.count()

    pages = [
        first.send("add", username="again", role=role, **typed),
        second.edit(other, email=address),
    ]

    assert ["first has this e-mail address" in page for page in pages] == [True, True]
    assert (User.objects.count(), AccountProposal.objects.count()) == (before, 0)


def test_an_address_that_somebody_took_meanwhile_is_not_approved(first, second):
    user = person("UP")
    first.edit(user, email="new@example.org")
    taken = person("CO", username="co2", email="New@example.org")

    page = second.send("approve_proposal", user.proposals.get().pk)

    user.refresh_from_db()
    assert f"{taken.username} has this e-mail address" in page
    assert user.email == "up@example.org"


def test_an_account_is_opened_again_only_with_a_mailbox_of_its_own(first):
    former = person("CO", username="former", email="li@example.org", is_active=False)
    person("BN", email="li@example.org")

    page = first.send("reactivate", former.pk, reason="back")

    former.refresh_from_db()
    assert "bn has this e-mail address" in page
    assert not former.is_active


def test_what_ends_a_proposal_is_not_dated_before_it():
    by, other = person("AD"), person("AD", username="other")
    with clock.shifted(timedelta(minutes=5)):
        approved = accounts.reset_password(user=person("UP"), by=by, reason="lost")
        withdrawn = accounts.reset_password(user=person("PN"), by=by, reason="lost")

    approved = proposals.approve(approved, by=other)
    withdrawn = proposals.withdraw(withdrawn, by=other)

    assert approved.approved_at == approved.entered_at
    assert withdrawn.withdrawn_at == withdrawn.entered_at


@pytest.mark.parametrize("role", ["UP", "CO"])
def test_later_dates_that_leave_a_role_empty_are_told(first, second, role):
    today = clock.today()
    user = person(role, delegated_until=today + timedelta(days=3))

    first.edit(
        user,
        delegated_from=today + timedelta(days=1),
        delegated_until=today + timedelta(days=9),
    )
    for proposal in user.proposals.all():
        second.send("approve_proposal", proposal.pk)

    mails = Message.objects.filter(occasion="role_empty")
    to = sorted(mails.values_list("recipient__username", flat=True))
    assert to == ["first", "second"]
