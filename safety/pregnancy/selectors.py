"""Pregnancies that are still followed."""

from django.db.models import QuerySet

from safety.models import Pregnancy
from safety.vocabulary import PregnancyOutcome
from trial_edc import clock


def births_awaited() -> QuerySet[Pregnancy]:
    """Return the pregnancies whose birth was expected by today and is not recorded."""
    held = Pregnancy.objects.filter(form__struck_at=None, due_on__lte=clock.today())
    known = [one.value for one in PregnancyOutcome if one != PregnancyOutcome.ONGOING]
    return (
        held.exclude(outcome__in=known)
        .exclude(missing__has_key="outcome")
        .select_related("form__participant")
        .order_by("due_on", "form_id")
    )
