"""Monitoring visits."""

from datetime import date

from record.accounts.models import User


def last_visit_ended_on(_monitor: User) -> date | None:
    return None
