"""Monitoring, queries, corrections, and assessments of deviations."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from record.casebook.models import FormInstance, FormStatus
from record.review import services as review
from record.review.models import Query, QueryState
from simulation import phrases
from simulation.times import days_after, in_office_hours
from simulation.writer.case import Act, Acts, SimulatedCase, change_reason
from trial_edc import chance, clock

MONITOR_DAYS = (6, 24, 52, 104)  # days after the anchor, give or take
VERIFIED = ("CNS", "DEM", "ELG", "LAB", "INF", "VIT", "AE", "O28", "OM3", "VIS")
SHARE_VERIFIED, SHARE_QUERIED, SHARE_ANSWERED, SHARE_CLOSED = 0.45, 0.35, 0.93, 0.8
ASSESSMENT_DAYS = (3, 16, 40, 112)
SIGNING_DAYS, SIGNED = (20, 46, 70, 116), {"in": "INF AE O28 OM3", "pi": "EOS"}
# Of the first people, by days ago and visit: an open query, one just answered.
WAITING, ANSWERED = (9, 0), (32, 1)


def monitoring_acts(case: SimulatedCase) -> Acts:
    for number, day in enumerate(MONITOR_DAYS):
        position = (case.person.place.days_ago, number)
        shift = -1 if position in (WAITING, ANSWERED) else case.rng.randint(-2, 4)
        came_at = days_after(case.person.day0, day + shift, 570)
        yield Act(came_at, lambda: _verify(case))
        yield Act(came_at + timedelta(minutes=30), lambda: _close_answered(case))
        raised_at = came_at + timedelta(minutes=50)
        if position in (WAITING, ANSWERED):
            yield from _waiting_query_acts(
                case, raised_at, is_answered=position == ANSWERED
            )
        elif case.rng.random() < SHARE_QUERIED:
            yield from _query_acts(case, number, raised_at)


def oversight_acts(case: SimulatedCase) -> Acts:
    for day in ASSESSMENT_DAYS:
        reviewed_at = days_after(case.person.day0, day + case.rng.randint(0, 4), 890)
        yield Act(reviewed_at, lambda: _assess_deviations(case))
    for day in SIGNING_DAYS:
        reviewed_at = days_after(case.person.day0, day + case.rng.randint(0, 4), 940)
        yield Act(reviewed_at, lambda: _sign_unsigned(case))
    if case.rng.random() < 0.4:  # noqa: PLR2004 - share of people
        corrected_at = days_after(case.person.day0, case.rng.randint(5, 20), 930)
        yield Act(corrected_at, lambda: _correct(case))


def _waiting_query_acts(
    case: SimulatedCase, raised_at: datetime, *, is_answered: bool
) -> Acts:
    queries: dict[str, Query] = {}
    yield Act(raised_at, partial(_raise_query, case, "waiting", queries))
    if is_answered:
        answered_at = in_office_hours(raised_at + timedelta(hours=20))
        yield Act(answered_at, partial(_answer_query, case, "waiting", queries))


def _complete(case: SimulatedCase, *codes: str) -> QuerySet[FormInstance]:
    forms = FormInstance.objects.filter(
        participant=case.participant,
        code__in=codes,
        status=FormStatus.COMPLETE,
        struck_at=None,
    )
    return forms.order_by("code", "visit", "visit_number", "occurrence")


def _verify(case: SimulatedCase) -> None:
    """Verify complete forms against the source, each once."""
    verified_pks = set(
        case.participant.forms.filter(verifications__isnull=False).values_list(
            "pk", flat=True
        )
    )
    for form in _complete(case, *VERIFIED):
        is_selected = chance.source().random() < SHARE_VERIFIED
        if is_selected and form.pk not in verified_pks and form.item_revisions:
            items = sorted(form.item_revisions)
            review.verify(
                form, items, shown_revision=form.revision, by=case.staff["mo"]
            )


def _close_answered(case: SimulatedCase) -> None:
    queries = Query.objects.filter(
        form__participant=case.participant, state=QueryState.ANSWERED
    ).exclude(form__confidentiality="restricted")
    for query in list(queries.select_related("form__participant").order_by("pk")):
        if chance.source().random() < SHARE_CLOSED:
            text = chance.source().choice(phrases.CLOSINGS)
            review.close_query(query, text, by=case.staff["mo"])


def _query_acts(case: SimulatedCase, number: int, raised_at: datetime) -> Acts:
    key = f"query {number}"
    queries: dict[str, Query] = {}
    yield Act(raised_at, lambda: _raise_query(case, key, queries))
    if case.rng.random() < SHARE_ANSWERED:
        answered_at = in_office_hours(
            raised_at + timedelta(hours=case.rng.randint(5, 120))
        )
        yield Act(answered_at, lambda: _answer_query(case, key, queries))
        if case.rng.random() < SHARE_CLOSED:
            closed_at = in_office_hours(
                answered_at + timedelta(hours=case.rng.randint(20, 200))
            )
            yield Act(closed_at, _close_query(case, key, queries))


def _raise_query(case: SimulatedCase, key: str, queries: dict[str, Query]) -> None:
    forms = list(_complete(case, *phrases.QUESTIONS))
    if not forms:
        return
    form = chance.source().choice(forms)
    item, text = chance.source().choice(phrases.QUESTIONS[form.code])
    queries[key] = review.raise_query(form, item, text, by=case.staff["mo"])


def _answer_query(case: SimulatedCase, key: str, queries: dict[str, Query]) -> None:
    if key in queries:
        text = chance.source().choice(phrases.ANSWERS)
        queries[key] = review.answer_query(queries[key], text, by=case.staff["co"])


def _close_query(
    case: SimulatedCase, key: str, queries: dict[str, Query]
) -> Callable[[], None]:
    def close() -> None:
        query = queries.get(key)
        if query is None:
            return
        query.refresh_from_db()
        if query.state == QueryState.ANSWERED:
            text = chance.source().choice(phrases.CLOSINGS)
            review.close_query(query, text, by=case.staff["mo"])

    return close


def _assess_deviations(case: SimulatedCase) -> None:
    for form in case.incomplete_rows("DEV"):
        if chance.source().random() < 0.75:  # noqa: PLR2004 - the rest waits
            important = case.read(form).get("importance") == "important"
            values: dict[str, object] = {
                "effect": "rights" if important else "data",
                "importance": "important" if important else "minor",
                "action": chance.source().choice(phrases.DEVIATION_ACTIONS),
                "resolved_at": clock.now(),
            }
            case.save(form, values, "in")
            case.sign(form, "pi")


def _sign_unsigned(case: SimulatedCase) -> None:
    for by, codes in SIGNED.items():
        forms = _complete(case, *codes.split()).prefetch_related("signatures")
        for form in forms:
            if not any(
                signature.holds_for(form) for signature in form.signatures.all()
            ):
                form.participant = case.participant
                case.sign(form, by)


def _correct(case: SimulatedCase) -> None:
    forms = [form for form in _complete(case, "VIT") if form.visit in ("SCR", "D0")]
    if forms:
        form = chance.source().choice(forms)
        rate = case.read(form).get("heart_rate")
        if rate is not None:
            case.save(form, {"heart_rate": rate + 3}, "co", why=change_reason())
