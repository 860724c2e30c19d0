"""Pregnancies that are still followed."""

from django.db.models import QuerySet

from safety.models import Pregnancy
from safety.vocabulary import PregnancyOutcome
from trial_edc import clock


def births_awaited() -> QuerySet[Pregnancy]:
    pregnancies = Pregnancy.objects.filter(
        form__struck_at=None, due_on__lte=clock.today()
    )
    final_outcomes = [
        outcome.value
        for outcome in PregnancyOutcome
        if outcome != PregnancyOutcome.ONGOING
    ]
    return (
        pregnancies.exclude(outcome__in=final_outcomes)
        .exclude(missing__has_key="outcome")
        .select_related("form__participant")
        .order_by("due_on", "form_id")
    )
