"""The database is locked and unlocked by two persons, over a stored report."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed
from record.audit.attribution import Source, attributed
from record.audit.models import DatabaseLock, Entry
from record.audit.problems import RecordClosed
from record.capture.services.forms import save
from record.lock import selectors
from record.lock.digest import data_digest
from record.lock.models import LockProposal
from record.lock.problems import LockRefused
from record.lock.readiness import readiness
from record.lock.services import database as services
from record.review import services as review
from tests.record.capture.saving import change, complete
from tests.record.lock.steps import (
    EXCEPTIONS,
    confirmed,
    proof_of,
    proposed,
    proposed_unlock,
)
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("LCK-01", "LCK-02", "LCK-04")
def test_the_lock_keeps_its_report_its_exceptions_and_the_digest_of_the_data():
    form = complete()
    proposal = proposed()

    confirmed(proposal)

    proposal.refresh_from_db()
    lock = DatabaseLock.objects.get()
    open_lines = {check["name"]: check["lines"] for check in proposal.report}
    assert (proposal.lock, proposal.data_digest) == (lock, data_digest())
    assert (lock.locked_by, lock.confirmed_by) == (person("DM"), person("PI"))
    assert open_lines["signatures"] == [["S-001Z", "ZZA ZZZ #1"]]
    assert proposal.exceptions == {
        name: EXCEPTIONS[name] for name, lines in open_lines.items() if lines
    }
    assert selectors.present_lock().version == 1
    with pytest.raises(RecordClosed):
        change(form)


def test_the_lock_is_refused_while_open_lines_are_not_accepted():
    complete()

    with pytest.raises(LockRefused, match=r"a valid signature, Other forms "):
        proposed(exceptions={})

    assert not LockProposal.objects.exists()


def test_what_has_no_exception_is_settled_first(settings):
    settings.LOCK_CHECKS = "tests.record.lock.strict_checks"

    with pytest.raises(LockRefused, match=r"settled before the lock: A strict check"):
        proposed(exceptions={"strict": "never mind"})


@pytest.mark.verifies("LCK-02")
def test_a_report_that_changed_since_it_was_shown_is_not_proposed():
    shown = readiness().digest
    complete()

    with pytest.raises(LockRefused, match="changed since it was shown"):
        proposed(shown=shown)


@pytest.mark.verifies("LCK-02")
def test_a_report_that_changed_since_it_was_proposed_is_not_confirmed():
    proposal = proposed()
    complete()

    with pytest.raises(LockRefused, match="Something was changed"):
        confirmed(proposal)

    assert not DatabaseLock.objects.exists()


@pytest.mark.verifies("LCK-01", "LCK-03")
def test_unlocking_takes_two_and_a_reason_and_the_next_lock_is_a_new_version():
    form = complete()
    confirmed(proposed())
    with pytest.raises(LockRefused, match="Give the reason"):
        proposed_unlock(reason=" ")

    confirmed(proposed_unlock(reason="a late scan"))
    changed = change(form)
    confirmed(proposed())

    state = selectors.present_lock()
    first, unlock, second = LockProposal.objects.all()
    assert (changed.revision, state.version) == (2, 2)
    assert (unlock.lock, unlock.is_lock) == (first.lock, False)
    assert first.data_digest != second.data_digest == data_digest()
    reasons = Entry.objects.filter(table_name="audit_databaselock").order_by("id")
    assert [entry.reasons[""]["text"] for entry in reasons] == [
        "all is clean",
        "a late scan",
        "all is clean",
    ]


@pytest.mark.parametrize("first", ["PI", "MO", "CO", "UM", "AD"])
def test_only_the_data_manager_proposes(first):
    with pytest.raises(PermissionDenied):
        proposed(by=person(first))
    confirmed(proposed())
    with pytest.raises(PermissionDenied):
        proposed_unlock(by=person(first))


@pytest.mark.parametrize("second", ["DM", "MO", "CO", "UM", "AD"])
def test_only_the_principal_investigator_confirms(second):
    proposal = proposed()

    with pytest.raises(PermissionDenied):
        confirmed(proposal, by=person(second, f"x-{second.lower()}"))


@pytest.mark.verifies("LCK-02", "LCK-03")
@pytest.mark.parametrize("change", [{"role": "MO"}, {"is_active": False}])
def test_nothing_is_confirmed_that_its_proposer_may_propose_no_more(change):
    proposal = proposed()
    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=person("DM").pk).update(**change)

    with pytest.raises(LockRefused, match="The-Dm may propose this no more"):
        confirmed(proposal)

    assert not DatabaseLock.objects.exists()


def test_each_of_the_two_proves_who_they_are():
    leader = person("PI")
    with pytest.raises(IdentityNotConfirmed):
        proposed(proof=proof_of(leader))
    proposal = proposed()

    with pytest.raises(IdentityNotConfirmed):
        services.confirm(proposal, shown="", proof=proof_of(person("DM")), by=leader)


def test_one_proposal_waits_at_a_time_and_either_of_the_two_withdraws_it():
    proposal = proposed()
    with pytest.raises(LockRefused, match="waits already"):
        proposed()
    with pytest.raises(PermissionDenied):
        services.withdraw(proposal, by=person("MO"))

    services.withdraw(proposal, by=person("PI"))
    with pytest.raises(LockRefused, match="waits no more"):
        confirmed(proposal)

    assert proposed().is_waiting


def test_a_locked_database_is_not_locked_again_nor_an_open_one_unlocked():
    with pytest.raises(LockRefused, match="is not locked"):
        proposed_unlock()
    confirmed(proposed())

    with pytest.raises(LockRefused, match="locked already"):
        proposed()


def test_a_proposal_is_confirmed_as_it_was_shown():
    with pytest.raises(LockRefused, match="changed since it was shown"):
        confirmed(proposed(), shown="0" * 64)


def test_a_proposal_stays_as_it_was_written():
    proposal = proposed()

    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        LockProposal.objects.filter(pk=proposal.pk).update(report=[])
    confirmed(proposal)
    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        LockProposal.objects.filter(pk=proposal.pk).update(data_digest="0" * 64)


@pytest.mark.verifies("LCK-04")
def test_the_digest_is_the_same_until_a_value_changes():
    form = complete()
    before = data_digest()

    again = data_digest()
    change(form)

    assert before == again != data_digest()


@pytest.mark.verifies("LCK-02")
def test_the_report_takes_as_many_statements_for_one_as_for_many():
    complete()
    readiness()
    with CaptureQueriesContext(connection) as one:
        readiness()
    for number in range(2, 6):
        review.raise_query(sample(of=number), "weight_kg", "Why?", by=person("MO"))
        save(sample(2, of=number), A_SAMPLE, by=person(), complete=True)

    with CaptureQueriesContext(connection) as many:
        report = readiness()

    counts = {result.check.name: result.count for result in report.results}
    assert (counts["queries"], counts["signatures"]) == (4, 5)
    assert len(many) == len(one)
