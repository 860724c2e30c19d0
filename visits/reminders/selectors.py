"""Whom the ward may have to inform."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from enrollment.models import InformedConsent
from enrollment.vocabulary import ConsentDecision, ConsentKind
from record.casebook.models import Participant
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.logs.vocabulary import Hospital
from visits.models import Stay
from visits.outlooks.selectors import outlooks_at
from visits.reminders.facts import NEVER_REMINDED, SETTINGS, WARD_VISITS


def informed_in_ward(
    participants: QuerySet[Participant], now: datetime
) -> QuerySet[Participant]:
    """Those who agreed to messages and are not known to have left our hospital.

    Of them only whom a rule may remind now; `reminders` says whom it does.
    """
    stays = Stay.objects.filter(form__code="STY", form__struck_at=None)
    ours = stays.filter(hospital=Hospital.OURS, in_at__isnull=False)
    lasting = ours.filter(Q(out_at=None) | Q(out_at__gt=now))
    agreed = InformedConsent.objects.filter(
        form__code="CNS",
        form__struck_at=None,
        kind=ConsentKind.CONTACT,
        decision=ConsentDecision.GIVEN,
    )
    in_ward = _of(lasting) | ~_of(ours)
    last_noted_on = site_date(now) - timedelta(days=SETTINGS.emergency_note_until_days)
    left = _of(stays.filter(out_at__gte=_midnight(last_noted_on)))
    return participants.filter(
        _of(agreed) & in_ward & (left | Exists(_visits_to_remind_of(now)))
    )


def _visits_to_remind_of(now: datetime) -> QuerySet[Any]:
    """Visits of a person of which `reminders` may remind now, and some more."""
    today = site_date(now)
    late_or_due = Q(status_now__in=(VisitStatus.DUE, VisitStatus.OVERDUE))
    without_booking = late_or_due & ~Q(visit__in=WARD_VISITS)
    soon = today + timedelta(days=SETTINGS.upcoming_days + 1)
    booked = Q(appointment_at__range=(_midnight(today), _midnight(soon)))
    checked_until = today + timedelta(days=SETTINGS.contact_check_days)
    to_check = Q(visit=VisitCode.MONTH_3, opens_on__range=(today, checked_until))
    return (
        outlooks_at(now)
        .filter(without_booking | booked | to_check, participant=OuterRef("pk"))
        .exclude(visit__in=NEVER_REMINDED)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SITE_TZ)


def _of(rows: QuerySet[Any]) -> Q:
    return Q(pk__in=rows.values("form__participant_id"))
