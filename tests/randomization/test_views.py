"""The pages: what they show, whom they refuse, what they never tell."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from randomization.allocation import selectors as allocation_selectors
from randomization.arms import arm_of
from randomization.models import Allocation, AllocationList, CodeBreak, LotRecord
from randomization.product.selectors import preparation_worklist as worklist
from randomization.study import selectors as study_selectors
from record.accounts.models import User
from record.audit.models import Entry
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
# The name of the trial, on every page, has an arm's code in it.
ARM = re.compile(r"MSC(?!-001)|SALINE")


@pytest.fixture
def opened():
    stage.open_study()


def page(client, name, *args, user=None, **posted):
    """Open a page, or post to it, as somebody."""
    if user:
        client.force_login(user)
    address = reverse(f"randomization:{name}", args=args)
    return client.post(address, posted) if posted else client.get(address)


def colleague(role, **details):
    return User.objects.filter(role=role).first() or person(role, **details)


@pytest.mark.verifies("RAN-03", "RND-05")
def test_coordinator_randomizes_and_sees_number_time_and_name(client, opened):
    participant, coordinator = stage.ready(), colleague("CO")

    confirm_page = page(client, "randomize", participant.number, user=coordinator)
    done = page(client, "randomize", participant.number, number=participant.number)
    answer_page = page(client, "randomize", participant.number)

    assert b"This cannot be undone" in confirm_page.content
    assert done.status_code == 302
    allocation = allocation_selectors.allocation_of(participant)
    at = allocation.randomised_at.astimezone(dates.SITE_TZ)
    text = answer_page.content.decode()
    assert allocation.code in text
    assert f"{at:%Y-%m-%d %H:%M}" in text
    assert coordinator.full_name in text
    assert not ARM.search(text)


def test_another_number_typed_randomizes_nobody(client, opened):
    participant = stage.ready()

    answer = page(
        client,
        "randomize",
        participant.number,
        user=colleague("CO"),
        number="S-999X",
    )

    assert answer.status_code == 400
    assert b"not the number of this participant" in answer.content
    assert Allocation.objects.count() == 0


@pytest.mark.verifies("RND-01")
def test_direct_post_is_refused_with_every_criterion(client, opened):
    participant = stage.eligible()

    answer = page(
        client,
        "randomize",
        participant.number,
        user=colleague("CO"),
        number=participant.number,
    )

    assert answer.status_code == 400
    assert b"No investigator has confirmed eligibility" in answer.content
    assert Allocation.objects.count() == 0
    assert Entry.objects.filter(act="randomisation_refused").count() == 1


def test_custodian_draws_second_person_approves_custodian_seals(client):
    custodian, approver = person("LC"), person("US")

    page(client, "generate", user=custodian, block_sizes="2, 8", size="80")
    draft = AllocationList.objects.get()
    confirm_page = page(client, "allocation_lists", user=approver)
    page(client, "approve", draft.pk, user=approver, go="1")
    page(client, "seal", draft.pk, user=custodian, go="1")
    answer_page = page(client, "allocation_lists")

    draft.refresh_from_db()
    assert draft.state == "sealed"
    assert draft.commitment in answer_page.content.decode()
    client.force_login(person("BR"))
    board = client.get(reverse("monitoring:dashboard")).content.decode()
    assert draft.commitment in board
    assert "times in Asia/Shanghai (UTC+0800)" in board
    for answer in (confirm_page, answer_page):
        text = answer.content.decode()
        assert not ARM.search(text)
        assert "2, 8" not in text


@pytest.mark.verifies("RAN-02")
def test_faulty_upload_names_every_line(client):
    file = SimpleUploadedFile("list.csv", b"seq,block,block_size,arm\n1,1,2,X\n\n")

    answer = page(client, "import_list", user=person("LC"), file=file)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Line 2: “X” is no arm of this trial." in text
    assert "Line 3: The line is empty." in text
    assert AllocationList.objects.count() == 0


@pytest.mark.verifies("RND-04")
def test_custodian_is_warned_before_a_list_that_can_be_foreseen_is_drawn(client):
    custodian = person("LC")

    warned = page(client, "generate", user=custodian, block_sizes="2")
    assert AllocationList.objects.count() == 0
    done = page(client, "generate", block_sizes="2", although="on")

    text = warned.content.decode()
    assert warned.status_code == 400
    assert "certain of the next one in 50.0 % of the allocations" in text
    assert "guesses 75.0 % of all rightly" in text
    assert "all the same" in text
    assert "all the same" not in page(client, "allocation_lists").content.decode()
    assert done.status_code == 302
    assert AllocationList.objects.count() == 1


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ("3", "multiple of 2"),
        ("30", "never or hardly ever add up to 80"),
        ("2, 500", "never or hardly ever add up to 80"),
        ("two", "Enter a valid value"),
    ],
)
def test_block_sizes_that_cannot_work_are_refused_in_words(client, sizes, message):
    answer = page(client, "generate", user=person("LC"), block_sizes=sizes)

    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert AllocationList.objects.count() == 0


@pytest.mark.verifies("RAN-02")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The submitted file is empty."),
        ("seq,block,block_size,arm\n".encode("utf-16"), "no text file in UTF-8"),
        (b"\n" * 100_001, "too large for a list"),
        (b"seq,block,block_size,arm\n1,1,2,MSC\n2,1,2,SALINE\n", "must have 80 rows"),
    ],
)
def test_file_that_is_no_list_is_refused_in_words(client, content, message):
    file = SimpleUploadedFile("list.csv", content)

    answer = page(client, "import_list", user=person("LC"), file=file)

    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert "Line 0" not in answer.content.decode()
    assert AllocationList.objects.count() == 0


@pytest.mark.verifies("RND-04", "RAN-04")
def test_nothing_at_the_desk_touches_a_sealed_list(client, settings):
    settings.DEMO = False
    sealed = stage.sealed_list()
    before = list(AllocationList.objects.values())
    custodian, approver = colleague("LC"), colleague("US")

    page(client, "approve", sealed.pk, user=approver, go="1")
    for action in ("seal", "destroy"):
        answer = page(client, action, sealed.pk, user=custodian, go="1")
        assert "not possible" in client.get(answer.url).content.decode()
    again = page(client, "generate", block_sizes="2, 8", reason="once more", size="80")
    answer_page = page(client, "allocation_lists").content.decode()

    assert again.status_code == 400
    assert "Only an amendment can add places" in again.content.decode()
    assert list(AllocationList.objects.values()) == before
    assert "All places that the protocol plans are sealed." in answer_page
    assert "block_sizes" not in answer_page


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("role", ["AD", "DM", "PI", "CO"])
@pytest.mark.parametrize("action", ["generate", "import_list", "seal", "destroy"])
def test_nobody_else_acts_at_the_desk(client, role, action):
    sealed = stage.sealed_list()
    args = [sealed.pk] if action in ("seal", "destroy") else []

    answer = page(client, action, *args, user=person(role), block_sizes="2, 8")

    assert answer.status_code == 403
    assert AllocationList.objects.count() == 1


@pytest.mark.verifies("RND-05")
def test_pharmacist_sees_arm_and_link_to_the_product_record(client, opened):
    participant = stage.randomized_participant()
    stage.requested(participant)

    answer = page(client, "preparations", user=colleague("UP"))

    text = answer.content.decode()
    assert 'class="restricted"' in text
    assert f"<strong>{arm_of(participant)}</strong>" in text
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert Entry.objects.filter(act="arm_seen").count() == 1


def test_worklist_takes_the_same_statements_for_one_and_for_three(client, opened):
    client.force_login(colleague("UP"))
    address = reverse("randomization:preparations")
    counts = []
    for people in (1, 2):
        for _ in range(people):
            stage.requested(stage.randomized_participant())
        client.get(address)
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        # A view of an arm is recorded for each participant: one statement each.
        preparation_count = len(worklist.preparations())
        counts.append(len(statements) - preparation_count)

    assert counts[0] == counts[1]


@pytest.mark.verifies("RAN-05", "RND-07")
def test_code_break_asks_for_the_password_and_shows_one_arm(client, opened):
    participant, other = stage.randomized_participant(), stage.randomized_participant()
    investigator = person("IN", username="doctor", password=PASSWORD)
    values = {
        "kind": "emergency",
        "category": "treatment",
        "reason": "anaphylaxis",
        "username": "doctor",
    }

    wrong = page(
        client,
        "break_code",
        participant.number,
        user=investigator,
        **values,
        password="wrong",
    )
    assert (wrong.status_code, CodeBreak.objects.count()) == (400, 0)
    right = page(client, "break_code", participant.number, **values, password=PASSWORD)

    text = right.content.decode()
    assert f"<strong>{arm_of(participant)}</strong>" in text
    assert other.number not in text
    assert "no-store" in right["Cache-Control"]
    again = page(client, "break_code", participant.number).content.decode()
    register = page(client, "code_breaks").content.decode()
    assert "anaphylaxis" in register
    assert not ARM.search(again + register)


def test_register_leads_to_the_code_break(client, opened):
    participant = stage.randomized_participant()
    client.force_login(colleague("SO"))

    answer = client.get(
        reverse("randomization:code_breaks"), {"number": participant.number.lower()}
    )

    assert answer.url == reverse("randomization:break_code", args=[participant.number])


def test_accidental_break_is_recorded_on_its_page(client, opened):
    participant = stage.randomized_participant()
    now = clock.now().astimezone(dates.SITE_TZ)

    page(
        client,
        "record_code_break",
        user=colleague("CO"),
        number=participant.number,
        at=f"{now:%Y-%m-%dT%H:%M}",
        kind="accidental",
        category="cover",
        reason="bag fell",
    )

    assert [row.reason for row in CodeBreak.objects.all()] == ["bag fell"]


def test_study_is_paused_by_one_and_opened_by_two(client, opened):
    leader, officer = colleague("PI"), colleague("SO")

    page(
        client,
        "change_status",
        user=leader,
        status="paused_randomisation",
        reason="supply",
    )
    assert study_selectors.study_status() == "paused_randomisation"
    page(client, "change_status", status="open", reason="supplied")
    proposal = study_selectors.status_changes().first()
    page(client, "confirm_status", proposal.pk, go="1")
    assert study_selectors.study_status() == "paused_randomisation"
    page(client, "confirm_status", proposal.pk, user=officer, go="1")

    assert study_selectors.study_status() == "open"
    assert page(client, "study").status_code == 200


def test_study_does_not_open_before_it_is_ready(client):
    leader = person("PI")

    page(client, "change_status", user=leader, status="open", reason="go")
    text = page(client, "study").content.decode()

    assert study_selectors.study_status() == "setup"
    assert "No allocation list is sealed." in text


def test_pharmacist_keeps_lots(client):
    pharmacist = person("UP")
    client.force_login(pharmacist)
    typed = {
        "lot": "A-1",
        "product": "SALINE",
        "manufacturer": "Saline Ltd",
        "status": "released",
        "expires_at": "2036-01-01T00:00",
        "storage": "room",
    }

    page(client, "add_lot", **typed)
    lot = LotRecord.objects.get()
    moved = {"act": "move", "kind": "received", "amount": "5"}
    page(client, "lot", lot.pk, **moved, at="2026-01-01T08:00")
    page(
        client,
        "lot",
        lot.pk,
        act="change",
        **{**typed, "status": "quarantine"},
        reason="checking",
    )
    answer_page = page(client, "lots").content.decode()

    lot.refresh_from_db()
    assert (lot.content["status"], lot.content["lot"]) == ("quarantine", "A-1")
    assert "A-1" in answer_page
    assert b"5 containers left" in page(client, "lot", lot.pk).content
    monitor = page(client, "lot", lot.pk, user=person("UM"), **moved)
    assert monitor.status_code == 403
