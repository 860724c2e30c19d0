"""The review reports: which entries of the trail somebody should look at.

What they look for stands in `trial_edc/protocol.toml`, [audit_review].
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractHour,
    ExtractIsoWeekDay,
    Left,
    TruncDate,
)

from monitoring.trail.selectors.kinds import form_codes, of_kinds
from monitoring.trail.vocabulary import TrailKind, TrailReport
from record.audit.models import Entry
from record.casebook import catalogue
from record.review.models import Signature
from record.review.selectors.queries import Median
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

SETTINGS = PROTOCOL.audit_review
DAY = r"^\d{4}-\d\d-\d\d"  # a date that is known to the day
INSTANT = r"^\d{4}-\d\d-\d\dT.*(\+00:00|Z)$"
LENGTH_OF_A_DAY = 10
Entries = QuerySet[Entry]


@implements("AUD-14")
def in_report(report: TrailReport, entries: Entries, *, readable: Entries) -> Entries:
    """Those of the entries that the report is about.

    `readable` is all that the reader may read: what narrows `entries` to a participant
    or a form does not make a bulk change smaller.
    """
    if report == TrailReport.BULK:
        return _bulk_changes(entries, readable)
    return REPORTS[report](entries)


def _changes_of_endpoints(entries: Entries) -> Entries:
    """A value that was there is another one now, or none."""
    condition = Q()
    for table, names in _by_table(SETTINGS.endpoint_items).items():
        changed = Q()
        for name in names:
            had = Q(old_values__has_key=name) & ~Q(**{f"old_values__{name}": None})
            changed |= had
        condition |= Q(act="", table_name=table, operation="UPDATE") & changed
    return entries.filter(condition)


def _changes_after_signature(entries: Entries) -> Entries:
    """Of a form that was signed, or bound by the sign-off of a visit or a casebook."""
    earlier = Signature.objects.filter(at__lt=OuterRef("clock_at"))
    own = earlier.filter(form_id=OuterRef("form_id"))
    of_participant = earlier.filter(form=None, participant=OuterRef("participant_id"))
    sign_off = of_participant.alias(
        is_bound=Func(
            "bound",
            Cast(OuterRef("form_id"), TextField()),
            function="jsonb_exists",
            output_field=BooleanField(),
        )
    ).filter(is_bound=True)
    changed = _with_clock(entries.filter(of_kinds(TrailKind.CHANGED)))
    return changed.filter(Exists(own) | Exists(sign_off))


def _late_entries(entries: Entries) -> Entries:
    limit = timedelta(days=SETTINGS.late_entry_days)
    return _with_delay(entries).filter(delay__gt=limit)


def _entries_off_duty(entries: Entries) -> Entries:
    """By people: what the system does by itself keeps no hours."""
    people = entries.filter(of_kinds(TrailKind.CREATED, TrailKind.CHANGED))
    timed = _with_clock(people.exclude(actor_id=None)).alias(
        hour=ExtractHour("clock_at", tzinfo=SITE_TZ),
        weekday=ExtractIsoWeekDay("clock_at", tzinfo=SITE_TZ),
    )
    on_duty = Q(
        hour__gte=SETTINGS.duty_from_hour,
        hour__lt=SETTINGS.duty_until_hour,
        weekday__in=SETTINGS.duty_weekdays,
    )
    return timed.exclude(on_duty)


def _bulk_changes(entries: Entries, readable: Entries) -> Entries:
    """Of transactions that changed as many forms; one of no name is none."""
    are_changes = of_kinds(TrailKind.CREATED, TrailKind.CHANGED)
    named = readable.filter(are_changes, transaction_id__gt=0).order_by()
    forms = Count("form_id", distinct=True)
    large = named.values("transaction_id").annotate(forms=forms)
    bulk = large.filter(forms__gte=SETTINGS.bulk_forms).values("transaction_id")
    return entries.filter(are_changes, transaction_id__in=bulk)


REPORTS = {
    TrailReport.ENDPOINTS: _changes_of_endpoints,
    TrailReport.SIGNED: _changes_after_signature,
    TrailReport.LATE: _late_entries,
    TrailReport.OFF_DUTY: _entries_off_duty,
}


@dataclass(frozen=True)
class EntryDelay:
    """How long after it was observed something was entered, in whole days."""

    code: str
    title: Any
    count: int
    median_days: float
    longest_days: int


@implements("TIM-04")
def entry_delays(entries: Entries) -> list[EntryDelay]:
    """By form, in the order of the casebook."""
    tables = _with_delay(entries).order_by().values("table_name")
    rows = tables.annotate(
        count=Count("pk"), median=Median("delay"), longest=Max("delay")
    )
    figures = {form_codes()[row["table_name"]]: row for row in rows}
    return [
        EntryDelay(
            code,
            design.title,
            own["count"],
            own["median"] / timedelta(days=1),
            own["longest"].days,
        )
        for code, design in catalogue.designs().items()
        if (own := figures.get(code))
    ]


def _with_clock(entries: Entries) -> Entries:
    """With the time of the trial, which a demo moves."""
    return entries.alias(clock_at=Coalesce("demo_at", "at"))


def _with_delay(entries: Entries) -> QuerySet[Any]:
    """Entries that first say when something was observed, with the days since."""
    first, days = Q(), []
    for table, names in _by_table(SETTINGS.observed_items).items():
        for name in names:
            text = KeyTextTransform(name, "new_values")
            own = Q(act="", table_name=table)
            day = Cast(Left(text, LENGTH_OF_A_DAY), DateField())
            site_day = TruncDate(Cast(text, DateTimeField()), tzinfo=SITE_TZ)
            is_instant = Q(**{f"new_values__{name}__regex": INSTANT})
            days += [When(own & is_instant, site_day), When(own, day)]
            had = Q(old_values__has_key=name) & ~Q(**{f"old_values__{name}": None})
            first |= own & Q(**{f"new_values__{name}__regex": DAY}) & ~had
    observed = Case(*days, output_field=DateField())
    entered = TruncDate("clock_at", tzinfo=SITE_TZ)
    delay = ExpressionWrapper(F("entered") - F("observed"), DurationField())
    return _with_clock(entries.filter(first)).annotate(
        observed=observed, entered=entered, delay=delay
    )


def _by_table(items: Iterable[str]) -> Mapping[str, list[str]]:
    """Items of the settings by the table of their form, where the trial has it."""
    names: dict[str, list[str]] = defaultdict(list)
    for item in items:
        code, _dot, name = item.partition(".")
        names[catalogue.design(code).model._meta.db_table].append(name)
    return names
