"""Monitoring visits for tests."""

from datetime import date
from typing import Any

from monitoring.visits.models import MonitoringVisit, VisitReport
from monitoring.visits.services import reports, visits
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from tests.sample_room.people import person
from trial_edc import clock

DAY = date(2026, 4, 14)
LETTER = "Thank you for the visit. 感谢配合。"


def planned(by: User | None = None, **details: Any) -> MonitoringVisit:
    details = {"kind": "routine", "planned_on": DAY} | details
    return visits.plan_visit(**details, by=by or person("MO"))


def done(by: User | None = None, **details: Any) -> MonitoringVisit:
    by = by or person("MO")
    visit = planned(by)
    typed = {
        "started_on": DAY,
        "ended_on": DAY,
        "people_met": "Dr Li",
        "letter": LETTER,
    }
    visits.record_done(visit, **(typed | details), by=by)
    visit.refresh_from_db()
    return visit


def finding(visit: MonitoringVisit, **details: Any) -> Any:
    typed = {
        "category": "data",
        "severity": "minor",
        "participant": None,
        "code": "",
        "text": "A page is missing.",
    }
    return visits.note_finding(visit, **(typed | details), by=visit.monitor)


def action(visit: MonitoringVisit, owner: User, **details: Any) -> Any:
    typed = {"task": "File the page.", "due_on": DAY}
    return visits.note_action(visit, owner=owner, **(typed | details), by=visit.monitor)


def proof(user: User) -> ReAuthenticated:
    return ReAuthenticated(user.pk, clock.now())


def signed(visit: MonitoringVisit) -> VisitReport:
    by = visit.monitor
    shown = reports.digest_of(reports.content_of(visit))
    return reports.sign_report(visit, shown=shown, proof=proof(by), by=by)
