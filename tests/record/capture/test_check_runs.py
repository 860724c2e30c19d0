"""The edit checks run again: proposed, previewed, approved by another, run, nightly."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.models import CheckRun
from record.capture.problems import CheckRunRefused
from record.capture.services import check_runs
from record.capture.services.forms import save
from record.capture.tasks import run_approved_checks
from record.review import services as review
from record.review.models import Query
from record.review.problems import ApprovalRefused
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = pytest.mark.django_db
CHECK = "ZZA.weight_kg.soft"
OPENS = ["ZZA", CHECK, "S-001Z", "opens", 1]
CLOSES = ["ZZA", CHECK, "S-001Z", "closes", 1]


@pytest.fixture
def stored():
    """Return a complete form with a weight that no check finds unusual."""
    values = {**A_SAMPLE, "weight_kg": "100"}
    return save(sample(), values, by=person(), complete=True).form


@pytest.fixture
def change_check(monkeypatch):
    def change(low, high):
        item = Sample.crf_items()["weight_kg"]
        facts = replace(item.facts, soft=(Decimal(low), Decimal(high)))
        monkeypatch.setattr(item, "facts", facts)

    return change


def approved():
    run = check_runs.propose_run("The limit of weight moved.", by=person("DM"))
    run = check_runs.run_checks(run.pk)
    check_runs.approve_run(run, shown=run.digest, by=person("PI"))
    return check_runs.run_checks(run.pk)


def states():
    return list(Query.objects.order_by("pk").values_list("check_id", "state"))


@pytest.mark.verifies("QRY-03")
def test_a_changed_check_is_previewed_approved_and_run(stored, change_check):
    change_check(40, 90)
    run = check_runs.propose_run("The limit of weight moved.", by=person("DM"))
    run = check_runs.run_checks(run.pk)
    before = (run.state, run.preview, states())

    run = check_runs.approve_run(run, shown=run.digest, by=person("PI"))
    run = check_runs.run_checks(run.pk)

    assert before == ("proposed", [OPENS], [])
    assert (run.state, run.result, states()) == ("done", [OPENS], [(CHECK, "open")])
    assert (run.approved_by, run.approved_at is not None) == (person("PI"), True)
    entry = Entry.objects.get(table_name="review_query")
    assert (entry.actor, entry.reasons[""]) == (
        "process:edit-checks",
        {"code": "recheck", "text": str(run.pk)},
    )


@pytest.mark.verifies("QRY-03", "QRY-05")
def test_a_check_that_passes_now_closes_its_query(stored, change_check):
    change_check(40, 90)
    approved()
    change_check(40, 120)

    run = approved()

    assert (run.result, states()) == ([CLOSES], [(CHECK, "closed")])
    assert approved().result == []


def test_drafts_are_not_checked(change_check):
    save(sample(), {**A_SAMPLE, "weight_kg": "100"}, by=person())
    change_check(40, 90)

    assert (approved().result, states()) == ([], [])


@pytest.mark.parametrize("close", [review.freeze, review.lock_form])
def test_closed_forms_are_left_alone_and_named(stored, change_check, close):
    close(stored, by=person("DM"), reason=Reason("other", "The visit is clean."))
    change_check(40, 90)

    run = approved()

    assert (run.result, states()) == ([], [])
    assert run.left_alone == ["S-001Z ZZA ZZZ #1"]


@pytest.mark.verifies("QRY-03", "ACC-02")
@pytest.mark.parametrize(
    ("role", "number"), [("PI", 1), ("MO", 1), ("DM", 2), ("MO", 2)]
)
def test_it_takes_the_two_persons(role, number):
    run = check_runs.propose_run("Why.", by=person("DM"))
    run, by = check_runs.run_checks(run.pk), person(role)
    act = {
        1: lambda: check_runs.propose_run("Why.", by=by),
        2: lambda: check_runs.approve_run(run, shown=run.digest, by=by),
    }[number]

    with pytest.raises(PermissionDenied):
        act()


def test_what_changed_since_the_preview_is_not_approved(change_check):
    run = check_runs.propose_run("Why.", by=person("DM"))

    with pytest.raises(CheckRunRefused):  # there is no preview yet
        check_runs.approve_run(run, shown=None, by=person("PI"))
    run = check_runs.run_checks(run.pk)
    with pytest.raises(ApprovalRefused):
        check_runs.approve_run(run, shown="another page", by=person("PI"))
    change_check(40, 90)
    with pytest.raises(CheckRunRefused, match="changed since"):
        check_runs.approve_run(run, shown=run.digest, by=person("PI"))
    assert CheckRun.objects.get().approved_by is None


@pytest.mark.verifies("QRY-03")
def test_each_night_only_approved_checks_run(stored, change_check):
    change_check(40, 90)

    assert (run_approved_checks(), states()) == (0, [])
    approved()
    query = Query.objects.get()
    review.answer_query(query, "It is right.", by=person())
    assert (run_approved_checks(), states()) == (0, [(CHECK, "answered")])
    assert Entry.objects.filter(act="checks_run_again").count() == 1
    change_check(40, 120)
    assert (run_approved_checks(), states()) == (0, [(CHECK, "answered")])


def test_the_command_runs_what_is_approved(stored, change_check, capsys):
    change_check(40, 90)

    call_command("recheck", dry_run=True)
    preview = capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody approved"):
        call_command("recheck")
    assert states() == []
    approved()
    call_command("recheck")

    assert preview.splitlines() == [
        f"S-001Z ZZA {CHECK}: opens 1",
        "would open 1, closed 0 queries of open forms.",
    ]
    assert capsys.readouterr().out == "opened 0, closed 0 queries of open forms.\n"


def test_statements_are_as_many_for_one_form_as_for_many(change_check):
    change_check(40, 90)
    counts = []
    for number in (1, 2, 6):
        values = {**A_SAMPLE, "weight_kg": "100"}
        save(sample(number), values, by=person(), via=Source.IMPORT, complete=True)
        with CaptureQueriesContext(connection) as statements:
            check_runs.check_all(None)
        counts.append(len(statements))

    assert len(set(counts)) == 1


def test_the_pages_lead_from_the_proposal_to_the_run(client, stored, change_check):
    change_check(40, 90)
    runs = reverse("capture:check_runs")
    client.force_login(person("DM"))
    refused = client.post(runs, {"reason": " "})
    typed = {"reason": "The limit moved.", "act_key": str(uuid4())}
    proposed = client.post(runs, typed)
    client.post(runs, typed)
    run = CheckRun.objects.get()
    check_runs.run_waiting()
    client.force_login(person("PI"))
    page = client.get(proposed["Location"])
    digest = page.context["run"].digest

    client.post(reverse("capture:approve_check_run", args=[run.pk]), {"shown": digest})
    waits = client.get(reverse("capture:check_run_progress", args=[run.pk]))
    check_runs.run_waiting()
    done = client.get(reverse("capture:check_run_progress", args=[run.pk]))

    assert (refused.status_code, CHECK in page.content.decode()) == (409, True)
    assert ("hx-get" in waits.content.decode(), done.headers["HX-Refresh"]) == (
        True,
        "true",
    )
    assert states() == [(CHECK, "open")]
