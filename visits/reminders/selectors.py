"""Whom the ward may have to inform."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from enrollment.models import InformedConsent
from enrollment.vocabulary import ConsentDecision, ConsentKind
from record.casebook.models import Participant
from visits.logs.vocabulary import Hospital
from visits.models import Stay


def informed_in_ward(
    participants: QuerySet[Participant], now: datetime
) -> QuerySet[Participant]:
    """Those who agreed to messages and are not known to have left our hospital."""
    own = {"form__participant": OuterRef("pk"), "form__struck_at": None}
    stays = Stay.objects.filter(**own, hospital=Hospital.OURS, in_at__isnull=False)
    lasting = stays.filter(Q(out_at=None) | Q(out_at__gt=now))
    agreed = InformedConsent.objects.filter(
        **own, kind=ConsentKind.CONTACT, decision=ConsentDecision.GIVEN
    )
    return participants.filter(Exists(agreed), Exists(lasting) | ~Exists(stays))
