"""What follows from the dates and findings of monitoring visits."""

from datetime import date

from monitoring.visits.vocabulary import (
    FindingCategory,
    FindingSeverity,
    MonitoringState,
)
from trial_edc.requirements import implements

RAISING = (FindingSeverity.CRITICAL, FindingSeverity.MAJOR)
IN_DATA = (
    FindingCategory.CONSENT,
    FindingCategory.ELIGIBILITY,
    FindingCategory.DATA,
    FindingCategory.SAFETY,
)


@implements("SDV-03")
def raises_share(category: str, severity: str) -> bool:
    """Whether more should be compared with the source after such a finding."""
    return category in IN_DATA and severity in RAISING


def state_of_visit(*, is_done: bool, is_cancelled: bool) -> MonitoringState:
    if is_done:
        return MonitoringState.DONE
    return MonitoringState.CANCELLED if is_cancelled else MonitoringState.PLANNED


@implements("MVL-03")
def is_overdue(*, due_on: date, today: date, is_closed: bool) -> bool:
    """An action may still be closed on the day it is due."""
    return not is_closed and due_on < today


def days_problem(started_on: date, ended_on: date, today: date) -> str:
    """Which of the days of a visit is wrong; empty when both fit."""
    if ended_on < started_on:
        return "order"
    return "future" if ended_on > today else ""
