"""The custodian's pages: lists drawn, uploaded, approved, sealed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from randomization.models import AllocationList
from tests.people import person
from tests.randomization import stage
from tests.randomization.pages import ARM, colleague, page

pytestmark = pytest.mark.django_db


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
    assert "must say in writing why it may be used" in text
    assert "all the same" in text
    assert "all the same" not in page(client, "allocation_lists").content.decode()
    assert done.status_code == 302
    assert AllocationList.objects.count() == 1


@pytest.mark.verifies("RND-04")
def test_approver_says_why_a_list_that_can_be_foreseen_may_be_used(client):
    page(client, "generate", user=person("LC"), block_sizes="2", although="on")
    draft = AllocationList.objects.get()
    too_long = "why " * 300

    silent = page(client, "approve", draft.pk, user=person("US"), go="1")
    wordy = page(client, "approve", draft.pk, confirmation=too_long)
    draft.refresh_from_db()
    state = draft.state
    done = page(client, "approve", draft.pk, confirmation="Nobody learns an arm.")

    assert [answer.status_code for answer in (silent, wordy, done)] == [400, 400, 302]
    assert "This field is required" in silent.content.decode()
    assert too_long.strip() in wordy.content.decode()
    assert state == "draft"
    shown = page(client, "allocation_lists").content.decode()
    assert "Nobody learns an arm." in shown
    assert "guesses 75.0 % of all rightly (limit 69.5 %)" in shown


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


@pytest.mark.parametrize("sizes", ["２，８", "2、8", "\u200b2,\u00a08"])
def test_block_sizes_are_read_however_they_are_typed(client, sizes):
    page(client, "generate", user=person("LC"), block_sizes=sizes)

    assert AllocationList.objects.count() == 1


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
