"""Monitoring, queries, corrections, and what investigators say to deviations."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from record.casebook.models import FormInstance, FormStatus
from record.review import services as review
from record.review.models import Query, QueryState
from simulation import words
from simulation.times import days_after, office
from simulation.writer.case import Act, Acts, SimulatedCase, changed
from trial_edc import chance, clock

MONITOR_DAYS = (6, 24, 52, 104)  # days after the anchor, give or take
VERIFIED = ("CNS", "DEM", "ELG", "LAB", "INF", "VIT", "AE", "O28", "OM3", "VIS")
SHARE_VERIFIED, SHARE_ASKED, SHARE_ANSWERED, SHARE_CLOSED = 0.45, 0.35, 0.93, 0.8
ASSESSMENT_DAYS = (3, 16, 40, 112)
SIGNING_DAYS, SIGNED = (20, 46, 70, 116), {"in": "INF AE O28 OM3", "pi": "EOS"}
# Of the opening, by days ago and number: a question that is open, one just answered.
WAITING, ANSWERED = (9, 0), (32, 1)


def monitoring(case: SimulatedCase) -> Acts:
    """Yield the monitor's visits and what comes of the questions."""
    for number, day in enumerate(MONITOR_DAYS):
        known = (case.person.place.days_ago, number)
        shift = -1 if known in (WAITING, ANSWERED) else case.rng.randint(-2, 4)
        came_at = days_after(case.person.day0, day + shift, 570)
        yield Act(came_at, lambda: _verify(case))
        yield Act(came_at + timedelta(minutes=30), lambda: _close_answered(case))
        asked_at = came_at + timedelta(minutes=50)
        if known in (WAITING, ANSWERED):
            yield from _left(case, asked_at, answered=known == ANSWERED)
        elif case.rng.random() < SHARE_ASKED:
            yield from _question(case, number, asked_at)


def oversight(case: SimulatedCase) -> Acts:
    """Yield the assessment of deviations, and a correction or two."""
    for day in ASSESSMENT_DAYS:
        looked_at = days_after(case.person.day0, day + case.rng.randint(0, 4), 890)
        yield Act(looked_at, lambda: _assess_deviations(case))
    for day in SIGNING_DAYS:
        looked_at = days_after(case.person.day0, day + case.rng.randint(0, 4), 940)
        yield Act(looked_at, lambda: _sign_waiting(case))
    if case.rng.random() < 0.4:  # noqa: PLR2004 - share of people
        corrected_at = days_after(case.person.day0, case.rng.randint(5, 20), 930)
        yield Act(corrected_at, lambda: _correct(case))


def _left(case: SimulatedCase, asked_at: datetime, *, answered: bool) -> Acts:
    queries: dict[str, Query] = {}
    yield Act(asked_at, partial(_ask, case, "left", queries))
    if answered:
        answered_at = office(asked_at + timedelta(hours=20))
        yield Act(answered_at, partial(_reply, case, "left", queries))


def _complete(case: SimulatedCase, *codes: str) -> QuerySet[FormInstance]:
    forms = FormInstance.objects.filter(
        participant=case.participant,
        code__in=codes,
        status=FormStatus.COMPLETE,
        struck_at=None,
    )
    return forms.order_by("code", "visit", "visit_number", "occurrence")


def _verify(case: SimulatedCase) -> None:
    """Compare forms with the source, those that were not compared before."""
    known = set(
        case.participant.forms.filter(verifications__isnull=False).values_list(
            "pk", flat=True
        )
    )
    for form in _complete(case, *VERIFIED):
        wanted = chance.source().random() < SHARE_VERIFIED
        if wanted and form.pk not in known and form.item_revisions:
            items = sorted(form.item_revisions)
            review.verify(form, items, by=case.staff["mo"])


def _close_answered(case: SimulatedCase) -> None:
    answered = Query.objects.filter(
        form__participant=case.participant, state=QueryState.ANSWERED
    ).exclude(form__confidentiality="restricted")
    for query in list(answered.select_related("form__participant").order_by("pk")):
        if chance.source().random() < SHARE_CLOSED:
            text = chance.source().choice(words.CLOSINGS)
            review.close_query(query, text, by=case.staff["mo"])


def _question(case: SimulatedCase, number: int, asked_at: datetime) -> Acts:
    """Yield a query of the monitor, its answer and its end; some stay open."""
    key = f"query {number}"
    queries: dict[str, Query] = {}
    yield Act(asked_at, lambda: _ask(case, key, queries))
    if case.rng.random() < SHARE_ANSWERED:
        answered_at = office(asked_at + timedelta(hours=case.rng.randint(5, 120)))
        yield Act(answered_at, lambda: _reply(case, key, queries))
        if case.rng.random() < SHARE_CLOSED:
            closed_at = office(answered_at + timedelta(hours=case.rng.randint(20, 200)))
            yield Act(closed_at, _closing(case, key, queries))


def _ask(case: SimulatedCase, key: str, queries: dict[str, Query]) -> None:
    held = list(_complete(case, *words.QUESTIONS))
    if not held:
        return
    form = chance.source().choice(held)
    item, text = chance.source().choice(words.QUESTIONS[form.code])
    queries[key] = review.raise_query(form, item, text, by=case.staff["mo"])


def _reply(case: SimulatedCase, key: str, queries: dict[str, Query]) -> None:
    if key in queries:
        text = chance.source().choice(words.ANSWERS)
        queries[key] = review.answer_query(queries[key], text, by=case.staff["co"])


def _closing(
    case: SimulatedCase, key: str, queries: dict[str, Query]
) -> Callable[[], None]:
    def close() -> None:
        query = queries.get(key)
        if query is None:
            return
        query.refresh_from_db()
        if query.state == QueryState.ANSWERED:
            text = chance.source().choice(words.CLOSINGS)
            review.close_query(query, text, by=case.staff["mo"])

    return close


def _assess_deviations(case: SimulatedCase) -> None:
    for form in case.opened("DEV"):
        if chance.source().random() < 0.75:  # noqa: PLR2004 - the rest waits
            important = case.read(form).get("importance") == "important"
            told: dict[str, object] = {
                "effect": "rights" if important else "data",
                "importance": "important" if important else "minor",
                "action": chance.source().choice(words.DEVIATION_ACTIONS),
                "resolved_at": clock.now(),
            }
            case.save(form, told, "in")
            case.sign(form, "pi")


def _sign_waiting(case: SimulatedCase) -> None:
    """Sign what was left, or has changed since it was signed."""
    for by, codes in SIGNED.items():
        held = _complete(case, *codes.split()).prefetch_related("signatures")
        for form in held:
            if not any(one.holds_for(form) for one in form.signatures.all()):
                form.participant = case.participant
                case.sign(form, by)


def _correct(case: SimulatedCase) -> None:
    forms = [form for form in _complete(case, "VIT") if form.visit in ("SCR", "D0")]
    if forms:
        form = chance.source().choice(forms)
        rate = case.read(form).get("heart_rate")
        if rate is not None:
            case.save(form, {"heart_rate": rate + 3}, "co", why=changed())
