"""The page of the lock: report, lines of a check, the two persons."""

import re

import pytest
from django.urls import reverse

from record.audit.models import DatabaseLock
from record.lock.models import LockProposal
from record.lock.readiness import readiness
from record.lock.selectors import present_lock
from tests.people import PASSWORD, person
from tests.record.capture.saving import complete
from tests.record.lock.steps import EXCEPTIONS

pytestmark = pytest.mark.django_db
PAGE = reverse("lock:database")


@pytest.fixture
def manager():
    return person("DM", username="manager", full_name="Ma Jun", password=PASSWORD)


@pytest.fixture
def leader():
    return person("PI", username="leader", full_name="Li Na", password=PASSWORD)


def typed(page, user, **answers):
    """Return what the form of a page would post."""
    hidden = re.findall(r'name="(shown|offer)" value="([^"]+)"', page.content.decode())
    return {**dict(hidden), "username": user.username, "password": PASSWORD, **answers}


def accepted():
    return {f"exception_{name}": text for name, text in EXCEPTIONS.items()}


@pytest.mark.verifies("LCK-01", "LCK-02", "LCK-03")
def test_two_lock_over_the_report_and_two_unlock(client, manager, leader):
    complete()
    client.force_login(manager)
    answers = typed(client.get(PAGE), manager, reason="all is clean")
    refused = client.post(PAGE, answers)
    proposed = client.post(PAGE, answers | accepted())
    waits = client.get(PAGE).content.decode()
    client.force_login(leader)
    confirmed = client.post(PAGE, typed(client.get(PAGE), leader))
    locked = client.get(PAGE).content.decode()
    state = present_lock()
    client.force_login(manager)
    client.post(PAGE, typed(client.get(PAGE), manager, reason="a late scan"))
    client.force_login(leader)
    client.post(PAGE, typed(client.get(PAGE), leader))

    codes = (refused.status_code, proposed.status_code, confirmed.status_code)
    assert codes == (400, 302, 302)
    assert "all is clean" in refused.content.decode()
    assert "Forms without a valid signature" in refused.content.decode()
    assert "This waits for the other person." in waits
    assert "Locked, version 1, by Ma Jun and Li Na" in locked
    assert state.data_digest in locked
    assert not DatabaseLock.objects.filter(unlocked_at=None).exists()
    assert [p.action for p in LockProposal.objects.all()] == ["lock", "unlock"]


@pytest.mark.verifies("LCK-03")
def test_a_page_that_offered_a_lock_proposes_no_unlock(client, manager, leader):
    """Of two tabs the second is sent once the database is locked."""
    complete()
    client.force_login(manager)
    answers = typed(client.get(PAGE), manager, reason="all is clean") | accepted()
    client.post(PAGE, answers)
    client.force_login(leader)
    client.post(PAGE, typed(client.get(PAGE), leader))
    client.force_login(manager)

    answer = client.post(PAGE, answers, follow=True)

    assert [proposal.action for proposal in LockProposal.objects.all()] == ["lock"]
    page = answer.content.decode()
    assert "The lock stands otherwise by now; nothing was done." in page
    assert "all is clean · known: " in page


def test_what_the_second_of_two_managers_wrote_is_kept(client, manager):
    complete()
    client.force_login(manager)
    answers = typed(client.get(PAGE), manager, reason="all is clean") | accepted()
    client.post(PAGE, answers)

    answer = client.post(PAGE, answers | {"reason": "my own words"}, follow=True)

    assert LockProposal.objects.count() == 1
    assert "my own words" in answer.content.decode()


def test_a_wrong_password_locks_nothing_and_keeps_the_reason(client, manager):
    client.force_login(manager)

    answers = typed(client.get(PAGE), manager, reason="all is clean", password="x")
    answer = client.post(PAGE, answers | accepted())

    assert answer.status_code == 400
    assert "all is clean" in answer.content.decode()
    assert not LockProposal.objects.exists()


@pytest.mark.verifies("LCK-02")
def test_each_number_opens_exactly_its_lines(client, manager):
    complete()
    client.force_login(manager)

    for result in readiness().results:
        address = reverse("lock:check", args=[result.check.name])
        page = client.get(address).content.decode()
        rows = re.findall(r'<td class="number">', page)
        assert (result.check.name, len(rows)) == (result.check.name, result.count)
    assert client.get(reverse("lock:check", args=["other"])).status_code == 404


@pytest.mark.verifies("LCK-02")
def test_the_stored_report_is_shown_with_its_exceptions(client, manager):
    complete()
    client.force_login(manager)
    answers = typed(client.get(PAGE), manager, reason="all is clean")
    client.post(PAGE, answers | accepted())
    proposal = LockProposal.objects.get()

    page = client.get(reverse("lock:proposal", args=[proposal.pk])).content.decode()

    assert "S-001Z ZZA ZZZ #1" in page
    assert EXCEPTIONS["signatures"] in page


def test_the_second_person_withdraws_a_proposal(client, manager, leader):
    client.force_login(manager)
    answers = typed(client.get(PAGE), manager, reason="all is clean")
    client.post(PAGE, answers | accepted())
    proposal = LockProposal.objects.get()
    client.force_login(leader)

    for _twice in range(2):
        client.post(reverse("lock:withdraw", args=[proposal.pk]))

    proposal.refresh_from_db()
    assert (proposal.withdrawn_by, proposal.approved_at) == (leader, None)
