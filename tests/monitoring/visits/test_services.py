"""Monitoring visits, findings, actions and signed reports."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from entry.worklist.selectors.work import work_for
from monitoring.visits.models import MonitoringVisit, VisitReport
from monitoring.visits.problems import MonitoringRefused
from monitoring.visits.selectors import (
    ParticipantSeen,
    last_visit_ended_on,
    participants_seen,
)
from monitoring.visits.services import reports, visits
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture.services.forms import save
from record.review import services as review
from record.review.models import RaisedShare
from tests.monitoring.visits import stage
from tests.record.capture.saving import WHY
from tests.sample_room.people import A_SAMPLE, participant, person, sample
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db


def verified(of: int, by=None, occurrence: int = 1):
    form = save(sample(occurrence, of=of), A_SAMPLE, by=person(), complete=True).form
    monitor = by or person("MO")
    review.verify(form, ["place"], shown_revision=revision(form), by=monitor)
    return form


@pytest.mark.verifies("MVL-01")
def test_participants_seen_are_counted_from_the_marks_of_the_days_by_tier():
    with clock.at(clock.now() - timedelta(days=3)):
        verified(1)
    verified(2)
    verified(2, occurrence=2)
    verified(3, by=person("MO", "another"))
    gone = verified(4)
    review.withdraw_verifications(gone, by=person("MO"), reason=WHY)
    today = clock.today()

    visit = stage.done(started_on=today - timedelta(days=1), ended_on=today)

    assert participants_seen(visit) == [ParticipantSeen("S-002Z", {"other": 2})]


def test_before_it_is_done_nobody_was_seen_at_a_visit():
    assert participants_seen(stage.planned()) == []


@pytest.mark.verifies("SDV-02")
def test_the_last_visit_is_the_latest_done_of_the_monitor():
    monitor = person("MO")
    assert last_visit_ended_on(monitor) is None
    stage.planned()
    for day in (3, 9, 6):
        on = date(2026, 4, day)
        stage.done(started_on=on, ended_on=on)
    stage.done(by=person("MO", "another"))

    assert last_visit_ended_on(monitor) == date(2026, 4, 9)


@pytest.mark.verifies("MVL-01")
def test_only_its_monitor_writes_a_visit_and_a_cancelled_one_stays():
    visit = stage.planned()
    with pytest.raises(MonitoringRefused, match="Only the monitor of this visit"):
        visits.cancel_visit(visit, reason="ill", by=person("MO", "another"))
    with pytest.raises(PermissionDenied):
        visits.cancel_visit(visit, reason="ill", by=person("DM"))

    visits.cancel_visit(visit, reason="ill", by=person("MO"))

    visit.refresh_from_db()
    assert (visit.state, visit.cancellation) == ("cancelled", "ill")
    with pytest.raises(MonitoringRefused, match="cancelled"):
        stage.finding(visit)
    with pytest.raises(MonitoringRefused, match="cannot be cancelled"):
        visits.cancel_visit(stage.done(), reason="ill", by=person("MO"))


@pytest.mark.parametrize("role", ["CO", "PI", "DM", "UM", "SO", "AD"])
def test_only_monitors_plan(role):
    with pytest.raises(PermissionDenied):
        stage.planned(by=person(role))

    assert not MonitoringVisit.objects.exists()


@pytest.mark.verifies("MVL-02")
def test_a_finding_is_withdrawn_with_a_reason_and_never_changed():
    finding = stage.finding(stage.done(), participant=participant(), code="ZZA")

    visits.withdraw_finding(finding, reason="the page is there", by=person("MO"))

    finding.refresh_from_db()
    assert finding.withdrawal == "the page is there"
    with pytest.raises(MonitoringRefused, match="already"):
        visits.withdraw_finding(finding, reason="again", by=person("MO"))
    with (
        pytest.raises(DatabaseError, match="stay as they were"),
        transaction.atomic(),
        attributed(by=person("MO"), via=Source.PAGE),
    ):
        type(finding).objects.update(text="Nothing.")


@pytest.mark.verifies("MVL-03")
def test_an_action_is_its_owners_work_until_it_is_closed():
    coordinator = person("CO")
    visit = stage.done()
    late = stage.action(visit, coordinator, due_on=clock.today() - timedelta(days=1))
    stage.action(visit, coordinator, task="Train.", due_on=clock.today())
    stage.action(visit, person("DM"), task="Not theirs.")

    def work():
        items = work_for(coordinator)
        return [(one.text, one.is_late) for one in items if one.kind == "Monitoring"]

    before = work()
    visits.close_action(late, outcome="It is filed.", by=coordinator)

    assert before == [("File the page.", True), ("Train.", False)]
    assert work() == [("Train.", False)]
    late.refresh_from_db()
    assert (late.outcome, late.closed_by) == ("It is filed.", coordinator)
    with pytest.raises(MonitoringRefused, match="already"):
        visits.close_action(late, outcome="Twice.", by=coordinator)


@pytest.mark.verifies("MVL-03")
def test_another_person_closes_no_action_and_a_monitor_may():
    action = stage.action(stage.done(), person("CO"))
    with pytest.raises(PermissionDenied):
        visits.close_action(action, outcome="Done.", by=person("IN"))

    visits.close_action(action, outcome="Seen.", by=person("MO", "another"))

    action.refresh_from_db()
    assert action.outcome == "Seen."


@pytest.mark.parametrize("role", ["UP", "UM", "SO", "LC", "AD", "US"])
def test_who_may_learn_an_arm_owns_no_action(role):
    with pytest.raises(MonitoringRefused, match="cannot be the owner"):
        stage.action(stage.done(), person(role))


@pytest.mark.verifies("MVL-04")
def test_a_signed_report_stays_and_a_correction_is_a_new_version():
    visit = stage.done()
    stage.finding(visit, text="First.")
    first = stage.signed(visit)
    assert stage.signed(visit) == first

    stage.finding(visit, text="Second.")
    second = stage.signed(visit)

    texts = [[one["text"] for one in r.content["findings"]] for r in (first, second)]
    first.refresh_from_db()
    assert texts == [["First."], ["First.", "Second."]]
    assert [first.version, second.version] == [1, 2]
    assert first.digest == reports.digest_of(first.content)
    assert Entry.objects.filter(act="visit_report_signed").count() == 2
    with (
        pytest.raises(DatabaseError, match="stay as they were"),
        transaction.atomic(),
        attributed(by=person("MO"), via=Source.PAGE),
    ):
        VisitReport.objects.update(content={})


@pytest.mark.verifies("MVL-04")
def test_what_changed_since_it_was_shown_is_not_signed():
    visit, monitor = stage.done(), person("MO")
    shown = reports.digest_of(reports.content_of(visit))
    stage.finding(visit)

    with pytest.raises(MonitoringRefused, match="changed since it was shown"):
        reports.sign_report(visit, shown=shown, proof=stage.proof(monitor), by=monitor)
    with pytest.raises(MonitoringRefused, match="Record first"):
        stage.signed(stage.planned())

    assert not VisitReport.objects.exists()


@pytest.mark.verifies("MVL-04")
def test_the_principal_investigator_acknowledges_the_last_version_once():
    visit, pi = stage.done(), person("PI")
    first = stage.signed(visit)
    stage.finding(visit)
    second = stage.signed(visit)

    def acknowledge(report, by=pi):
        reports.acknowledge_report(report, proof=stage.proof(by), by=by)

    before = [one.url for one in work_for(pi) if one.kind == "Monitoring"]
    with pytest.raises(MonitoringRefused, match="newer version"):
        acknowledge(first)
    with pytest.raises(PermissionDenied):
        acknowledge(second, by=person("IN"))
    acknowledge(second)

    second.refresh_from_db()
    assert len(before) == 1
    assert f"/{visit.pk}/report/2/" in before[0]
    assert second.acknowledged_name == pi.full_name
    assert [one for one in work_for(pi) if one.kind == "Monitoring"] == []
    with pytest.raises(MonitoringRefused, match="already"):
        acknowledge(second)


@pytest.mark.verifies("SDV-03")
def test_findings_of_a_signed_report_raise_the_shares_once():
    visit = stage.done()
    stage.finding(visit, severity="major")
    stage.finding(visit, severity="minor")
    stage.finding(visit, category="documents", severity="critical")

    def shares():
        rows = RaisedShare.objects.values_list("tier", "share_pct")
        return list(rows)

    assert shares() == []
    stage.signed(visit)
    stage.finding(visit, text="Another, minor.")
    stage.signed(visit)
    once = shares()
    stage.finding(visit, severity="critical")
    stage.signed(visit)

    assert once == [("important", 70), ("other", 40)]
    assert shares() == [*once, ("important", 90), ("other", 60)]
