"""Whom the ward may have to inform."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from enrollment.models import InformedConsent
from enrollment.vocabulary import ConsentDecision, ConsentKind
from record.casebook.models import Participant
from visits.logs.vocabulary import Hospital
from visits.models import Stay


def informed_in_ward(
    participants: QuerySet[Participant], now: datetime
) -> QuerySet[Participant]:
    """Those who agreed to messages and are not known to have left our hospital."""
    stays = Stay.objects.filter(
        form__code="STY",
        form__struck_at=None,
        hospital=Hospital.OURS,
        in_at__isnull=False,
    )
    lasting = stays.filter(Q(out_at=None) | Q(out_at__gt=now))
    agreed = InformedConsent.objects.filter(
        form__code="CNS",
        form__struck_at=None,
        kind=ConsentKind.CONTACT,
        decision=ConsentDecision.GIVEN,
    )
    in_ward = _of(lasting) | ~_of(stays)
    return participants.filter(_of(agreed) & in_ward)


def _of(rows: QuerySet[Any]) -> Q:
    return Q(pk__in=rows.values("form__participant_id"))
