"""Reads of the people approached: who they are, where they stand, their screenings."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from enrollment.eligibility.selectors import confirmed_among
from enrollment.models import ParticipantStanding, ScreeningLog
from enrollment.screening.facts import participant_status as statuses
from enrollment.selectors import reads_whole_casebooks
from enrollment.vocabulary import (
    FAILURE_OF_RESULT,
    ApproachResult,
    ParticipantStatus,
    ScreenFailure,
)
from record.accounts.models import User
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of

STRUCK_OUT = "struck_out"
SEPARATOR = "; "  # criteria as they are frozen at closing
UNKNOWN = ":unknown"
DECIDED_BY_CRITERIA = (ScreenFailure.CRITERIA_FAILED, ScreenFailure.NOT_EVALUABLE)
REASONS = {term.value: term.label for term in (*ScreenFailure, *ApproachResult)}


def status_of(participant: Participant) -> ParticipantStatus:
    return statuses_of([participant])[participant.pk]


def statuses_of(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook] | None = None
) -> dict[int, ParticipantStatus]:
    """Status of each participant by id; a fixed number of selects.

    `casebooks` with the forms of `statuses.CODES` are not read again.
    """
    people = list(participants)
    casebooks = casebooks or casebooks_of(people, statuses.CODES)
    confirmed = confirmed_among(people, casebooks)
    return {
        person.pk: statuses.status_of(
            casebooks[person.pk], is_confirmed=person.pk in confirmed
        )
        for person in people
    }


def screenings(user: User) -> QuerySet[Any]:
    """Every screening of every person approached, the last person first.

    `reason` and `criteria` are `reason_code` and `criteria` of a `ScreeningLogRow` in
    the words of SQL; of one that is struck out nothing is said.
    """
    of_person = ParticipantStanding.objects.filter(
        participant=OuterRef("form__participant_id")
    )
    # The code finds the sheets by an index, where the rows alone would read them all.
    stored = ScreeningLog.objects.filter(form__code="SCN")
    rows = stored.select_related("form__participant").annotate(
        state=_state(),
        is_randomized=Coalesce("form__standing__is_randomized", Value(value=False)),
        consented_at=Case(
            When(form__struck_at=None, then=Subquery(of_person.values("consented_at")))
        ),
        reason=_reason(),
    )
    whole = rows if reads_whole_casebooks(user) else rows.none()
    by_person = whole.order_by("-form__participant_id", "-form__occurrence")
    return by_person.annotate(criteria=_criteria())


def _state() -> Case:
    """Where the person stands; an earlier screening has failed."""
    return Case(
        When(form__struck_at__isnull=False, then=Value(STRUCK_OUT)),
        When(form__standing__isnull=False, then=F("form__standing__status")),
        default=Value(ParticipantStatus.SCREEN_FAILED.value),
        output_field=CharField(),
    )


def _reason() -> Case:
    return Case(
        When(form__struck_at__isnull=False, then=Value("")),
        When(approach_result__in=list(FAILURE_OF_RESULT), then=F("approach_result")),
        default=Coalesce("screen_failure_reason", Value("")),
        output_field=CharField(),
    )


KNOWN = """
    ARRAY(SELECT c FROM unnest(%(expressions)s) c WHERE c NOT LIKE '%%%%:unknown')
"""


def _criteria() -> Case:
    """Such as `E9:present`; unknown ones where criteria ended the screening."""
    texts = ArrayField(TextField())
    frozen = Func(
        "failed_criteria",
        Value(SEPARATOR),
        function="string_to_array",
        output_field=texts,
    )
    known = Func(
        frozen,
        template=KNOWN,
        output_field=texts,
    )
    none: list[str] = []
    nothing = Value(none, texts)
    return Case(
        When(form__struck_at__isnull=False, then=nothing),
        When(reason__in=DECIDED_BY_CRITERIA, then=Coalesce(frozen, nothing)),
        default=known,
        output_field=texts,
    )


_IS_STRUCK = Q(state=STRUCK_OUT)
# The filters above the log; each row fits exactly one of the first four.
STATES: Mapping[str, Q] = {
    "open": ~_IS_STRUCK & Q(is_randomized=False, reason=""),
    "randomised": Q(is_randomized=True),
    "failed": ~Q(reason="") & Q(is_randomized=False),
    "error": _IS_STRUCK,
    "again": ~_IS_STRUCK & Q(form__occurrence__gt=1),
}


def filtered(
    rows: QuerySet[Any], *, state: str, reason: str, criterion: str
) -> QuerySet[Any]:
    if state in STATES:
        rows = rows.filter(STATES[state])
    if reason:
        rows = rows.filter(reason=reason)
    return rows.filter(criteria__contains=[criterion]) if criterion else rows


def counts_of(rows: QuerySet[Any]) -> dict[str, int]:
    """By state, of all screenings, and of the people who have one."""
    people = Count("form__participant_id", ~_IS_STRUCK, distinct=True)
    by_state = {key: Count("pk", filter=fits) for key, fits in STATES.items()}
    counts: dict[str, int] = rows.aggregate(
        total=Count("pk"), people=people, **by_state
    )
    return counts


def counts_by_reason(rows: QuerySet[Any]) -> dict[str, int]:
    """The most frequent first."""
    counted = rows.exclude(reason="").order_by().values_list("reason")
    return dict(counted.annotate(n=Count("pk")).order_by("-n", "reason"))


def counts_by_criterion(rows: QuerySet[Any]) -> dict[str, int]:
    """The most frequent first."""
    each = Func("criteria", function="unnest", output_field=TextField())
    counted = rows.order_by().annotate(criterion=each).values_list("criterion")
    return dict(counted.annotate(n=Count("pk")).order_by("-n", "criterion"))
