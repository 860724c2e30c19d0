"""The registers of two persons: consent versions, import sources, codes, ranges."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from enrollment.consent import services as consent
from imports.services import sources
from record.accounts.models import User
from record.accounts.services.accounts import set_role
from record.accounts.two_persons import TwoPersonEntry
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.review.problems import ApprovalRefused
from safety.coding import services as coding
from safety.coding.rules import TermRow
from safety.models import DictionaryTerm
from tests.outcomes import course
from tests.people import STAGE, person
from tests.shown import shown
from trial_edc import clock
from visits.laboratory import services as laboratories
from visits.laboratory.vocabulary import Analyte

OWN = "You entered this; somebody else approves it."
HTTP_FOUND, HTTP_FORBIDDEN = 302, 403


def consent_version(by: User) -> TwoPersonEntry:
    today = clock.today()
    entered = consent.NewVersion(
        "2.0", today, today - timedelta(days=3), "New risk.", "everybody"
    )
    return consent.enter_version(entered, by=by)


def laboratory() -> Any:
    return laboratories.register_laboratory("central", "Central", by=STAGE)


def import_source(by: User) -> TwoPersonEntry:
    return sources.register(
        code="lis",
        name="Central, LIS",
        laboratory=laboratory(),
        valid_from=date(2020, 1, 1),
        valid_to=None,
        by=by,
    )


def term_code(by: User) -> TwoPersonEntry:
    event = course.row(course.randomized(), "AE", {"term": "Sore blorb"})
    terms = [TermRow("9002", "Blorb, sore", "7001", "Blorb pain")]
    coding.import_dictionary("meddra", "27.0", terms, b"files", by=by)
    term = DictionaryTerm.objects.get(code="9002")
    return coding.assign_code(event, "term", "Sore blorb", term, by=by)


def reference_range(by: User) -> TwoPersonEntry:
    low, high = Decimal("3.5"), Decimal("5.3")
    entered = laboratories.Range(
        Analyte.POTASSIUM, "any", "mmol/L", low, high, date(2020, 1, 1)
    )
    return laboratories.enter_range(laboratory(), entered, by=by)


@dataclass(frozen=True)
class Register:
    """One of the four: how its entry is made, approved and shown."""

    enter: Callable[[User], Any]
    approve: Callable[..., Any]
    address: str
    key: str = "pk"
    page: Callable[[Any], str] = lambda _entry: ""

    def approval_address(self, entry: Any) -> str:
        return reverse(self.address, args=[getattr(entry, self.key)])


REGISTERS = [
    Register(
        consent_version,
        consent.approve_version,
        "enrollment:approve_version",
        page=lambda _entry: reverse("enrollment:consent_versions"),
    ),
    Register(
        import_source,
        sources.approve,
        "imports:approve_source",
        "code",
        page=lambda entry: reverse("imports:source", args=[entry.code]),
    ),
    Register(
        term_code,
        coding.approve_code,
        "safety:approve_code",
        page=lambda _entry: reverse("safety:coding"),
    ),
    Register(
        reference_range,
        laboratories.approve_range,
        "visits:approve_range",
        page=lambda entry: reverse("visits:laboratory", args=[entry.laboratory.code]),
    ),
]
each_register = pytest.mark.parametrize(
    "register", REGISTERS, ids=["consent", "source", "code", "range"]
)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def approval_of(entry: Any) -> tuple[User | None, bool]:
    entry.refresh_from_db()
    return entry.approved_by, entry.approved_at is not None


def promoted(user: User) -> User:
    """Return the data manager as the investigator that they have become."""
    set_role(user=user, role="PI", by=STAGE, reason="takes over")
    return User.objects.get(pk=user.pk)


@pytest.mark.django_db
@each_register
def test_own_entry_is_refused_on_the_page_and_nothing_changes(register):
    manager = person("DM")
    entry = register.enter(manager)
    leader = promoted(manager)
    entries = Entry.objects.count()

    text = browser(leader).get(register.page(entry)).text
    answer = browser(leader).post(register.approval_address(entry))

    assert answer.status_code == HTTP_FOUND
    texts = [str(message) for message in get_messages(answer.wsgi_request)]
    assert texts == [OWN]
    assert approval_of(entry) == (None, False)
    assert Entry.objects.count() == entries
    assert OWN in text
    assert register.approval_address(entry) not in text
    with pytest.raises(ApprovalRefused, match=OWN):
        register.approve(entry, by=leader)


@pytest.mark.django_db
@each_register
def test_first_person_and_others_are_refused_on_the_page(register):
    manager = person("DM")
    entry = register.enter(manager)
    other = person("DM", username="dm2")

    answers = {
        one.username: browser(one).post(register.approval_address(entry))
        for one in (manager, other, person("CO"))
    }

    assert [one.status_code for one in answers.values()] == [HTTP_FORBIDDEN] * 3
    right = "<li>keep reference ranges and codes as the second of two persons</li>"
    assert right in answers["dm"].text
    assert approval_of(entry) == (None, False)
    for one in (manager, other):
        with pytest.raises(PermissionDenied):
            register.approve(entry, by=one)


@pytest.mark.django_db
@each_register
def test_approving_twice_is_approving_once(register):
    entry = register.enter(person("DM"))
    leader, later = person("PI"), person("PI", username="pi2")
    register.approve(entry, by=leader)
    first = approval_of(entry), entry.approved_at

    answer = browser(later).post(register.approval_address(entry))

    assert answer.status_code == HTTP_FOUND
    assert (
        (approval_of(entry), entry.approved_at) == first == ((leader, True), first[1])
    )
    updates = Entry.objects.filter(
        table_name=entry._meta.db_table, row_id=entry.pk, operation="UPDATE"
    )
    assert [one.actor for one in updates] == ["pi"]
    page = browser(later).get(register.page(entry), {"state": ""}).text
    assert "Entered by Data manager Doe" in page
    assert "Approved by Principal investigator Doe" in page


@pytest.mark.django_db
@each_register
def test_database_refuses_a_second_person_who_is_the_first(register):
    manager = person("DM")
    entry = register.enter(manager)

    with (
        pytest.raises(IntegrityError, match="_by_two_persons"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        type(entry).objects.filter(pk=entry.pk).update(
            approved_by=manager, approved_at=clock.now()
        )


CHANGES = {  # of what an entry says, by its register
    "ConsentDocument": {"concerns": "nobody"},
    "ImportSource": {"valid_to": date(2030, 1, 1)},
    "TermCode": {"verbatim": "Sore blorbs"},
    "ReferenceRange": {"high": Decimal("5.5")},
}


@pytest.mark.django_db
@each_register
def test_what_changed_since_it_was_shown_is_not_approved(register):
    entry, leader = register.enter(person("DM")), person("PI")
    seen = shown(browser(leader), register.page(entry))
    with attributed(by=STAGE, via=Source.COMMAND):
        change = CHANGES[type(entry).__name__]
        type(entry).objects.filter(pk=entry.pk).update(**change)

    answers = [
        browser(leader).post(register.approval_address(entry), typed)
        for typed in (seen, {})
    ]

    for answer in answers:
        (text,) = [str(message) for message in get_messages(answer.wsgi_request)]
        assert text == "This changed since it was shown to you. Read it again."
    assert approval_of(entry) == (None, False)


@pytest.mark.django_db(transaction=True)
@each_register
def test_of_two_at_once_one_approves(register):
    entry = register.enter(person("DM"))
    leaders = [person("PI"), person("PI", username="pi2")]
    barrier, problems = threading.Barrier(len(leaders)), list[Exception]()

    def approve(leader: User) -> None:
        try:
            barrier.wait()
            register.approve(entry, by=leader)
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(one,)) for one in leaders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert approval_of(entry)[0] in leaders
    updates = Entry.objects.filter(
        table_name=entry._meta.db_table, row_id=entry.pk, operation="UPDATE"
    )
    assert updates.count() == 1
