"""Queries: raised by people and by edit checks, answered, sent back, closed."""

from collections.abc import Container, Iterable, Mapping, Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Actor, Process, Source, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.blinding import require_blind
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import hidden_key, hidden_key_behind
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import Query, QueryState, QueryStep
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.services.rights import require
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import UnfitText, fit_text
from trial_edc.vocabulary import N_
from trial_edc.wording import Wording

CHECKS = Process("edit-checks")
LONGEST = 1000  # characters of one step; sealed, it must fit its padded length
Action = QueryStep.Action
PASSES = Wording(N_("The check passes now."))
FIRES_AGAIN = Wording(N_("The check fires again."))


def _require_text(text: str, form: FormInstance, *, by: Actor) -> str:
    try:
        words = fit_text(text, LONGEST)
    except UnfitText as problem:
        raise ReviewRefused(_(problem.message) % problem.details) from problem
    if not words:
        raise ReviewRefused(_("Write what you want to say; the text stays on record."))
    if form.confidentiality == Confidentiality.OPEN:
        person = form.participant
        require_blind([words], by=by, participant=person, refusal=ReviewRefused)
    return words


def _new_query(
    form: FormInstance, state: QueryState, *, raised_by_id: int | None
) -> Query:
    key = hidden_key(form.confidentiality)
    return Query(form=form, state=state, raised_by_id=raised_by_id, **key)


def _add_step(query: Query, action: Action, text: str | Wording, by: Actor) -> None:
    form, earlier = query.form, query.steps.aggregate(last=Max("at"))["last"]
    key = hidden_key_behind(form, query.steps.all(), first=query.pk)
    at = clock.after(query.raised_at, earlier)
    step = QueryStep(query=query, form=form, action=action, by_id=by.pk, at=at, **key)
    step.put_text(text)
    step.save(force_insert=True)


@implements("QRY-04")
def raise_query(
    form: FormInstance, item: str, text: str, *, by: Actor, via: Source = Source.PAGE
) -> Query:
    """Raises `DoneAlready` for a request that raised its query before."""
    require(by, Permission.RAISE_QUERY, form)
    text = _require_text(text, form, by=by)
    if item and item not in catalogue.design(form.code).items:
        raise ReviewRefused(_("This form has no such item."))
    with attributed(by=by, via=via):
        once.require_first()
        lock_participant(form.participant)
        query = _new_query(form, QueryState.OPEN, raised_by_id=by.pk)
        query.put_place(item, "")
        query.save(force_insert=True)
        _add_step(query, Action.RAISED, text, by)
    return query


def _change_state(
    query: Query,
    action: Action,
    text: str,
    shown_steps: int | None,
    *,
    by: Actor,
    allowed: Sequence[QueryState],
    to: QueryState,
) -> Query:
    """Add a step to the thread as it was shown, at its number of steps.

    Raises `DoneAlready` for a request that added its step before, `ChangedSinceShown`
    when somebody else added one meanwhile. Without `shown_steps` the thread is taken
    as it stands.
    """
    text = _require_text(text, query.form, by=by)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        lock_participant(query.form.participant)
        query = Query.objects.select_for_update(of=("self",)).get(pk=query.pk)
        if shown_steps not in (None, query.steps.count()):
            raise ChangedSinceShown(
                _("Somebody wrote to this query since it was shown to you. Read it.")
            )
        if query.state not in allowed:
            message = _("This query is %(state)s; somebody was faster.")
            raise ReviewRefused(message % {"state": query.get_state_display()})
        query.state = to
        query.save(update_fields=("state",))
        _add_step(query, action, text, by)
    return query


def answer_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    require(by, Permission.ANSWER_QUERY, query.form)
    allowed, to = (QueryState.OPEN,), QueryState.ANSWERED
    return _change_state(
        query, Action.ANSWERED, text, shown_steps, by=by, allowed=allowed, to=to
    )


def return_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    require(by, Permission.RAISE_QUERY, query.form)
    allowed, to = (QueryState.ANSWERED,), QueryState.OPEN
    return _change_state(
        query, Action.RETURNED, text, shown_steps, by=by, allowed=allowed, to=to
    )


def close_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    """Close a query; no role that answers may close."""
    require(by, Permission.CLOSE_QUERY, query.form)
    allowed, to = (QueryState.OPEN, QueryState.ANSWERED), QueryState.CLOSED
    return _change_state(
        query, Action.CLOSED, text, shown_steps, by=by, allowed=allowed, to=to
    )


def reopen_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    require(by, Permission.RAISE_QUERY, query.form)
    allowed, to = (QueryState.CLOSED,), QueryState.OPEN
    return _change_state(
        query, Action.REOPENED, text, shown_steps, by=by, allowed=allowed, to=to
    )


@implements("QRY-05")
def sync_check_queries(
    form: FormInstance,
    findings: Iterable[Finding],
    explanations: Mapping[str, str],
    altered: Container[str],
    *,
    by: Actor,
) -> None:
    """Bring the automatic queries of a form into line with what its checks find.

    A check that passes closes its query; one that fires again reopens it. With an
    explanation a new query is answered, without one it is open. What a person has
    answered or closed stays so until the item in question is changed.
    """
    firing = {(f.item, f.check_id): f for f in findings}
    queries = {query.place: query for query in automatic_queries(form)}
    for place, query in queries.items():
        if place not in firing and not _is_closed_by_check(query):
            _close_by_check(query)
    for place, finding in firing.items():
        explanation = explanations.get(finding.check_id, "")
        existing = queries.get(place)
        if existing is None:
            _raise_by_check(form, finding, explanation, by)
        elif _is_closed_by_check(existing) or finding.item in altered:
            _reopen_by_check(existing, explanation, by)
        elif explanation and existing.state == QueryState.OPEN:
            _answer(existing, explanation, by)


def standing_places(form: FormInstance) -> set[tuple[str, str]]:
    """Item and check of the automatic queries whose check still fires."""
    return {q.place for q in automatic_queries(form) if not _is_closed_by_check(q)}


def automatic_queries(form: FormInstance) -> list[Query]:
    return [q for q in form.queries.prefetch_related("steps") if q.place[1]]


def _is_closed_by_check(query: Query) -> bool:
    last = list(query.steps.all())[-1]
    return last.action == Action.CLOSED and last.by_id is None


def _close_by_check(query: Query) -> None:
    query.state = QueryState.CLOSED
    query.save(update_fields=("state",))
    _add_step(query, Action.CLOSED, PASSES, CHECKS)


def _raise_by_check(
    form: FormInstance, finding: Finding, explanation: str, by: Actor
) -> None:
    state = QueryState.ANSWERED if explanation else QueryState.OPEN
    query = _new_query(form, state, raised_by_id=None)
    query.put_place(finding.item, finding.check_id)
    query.save(force_insert=True)
    text = Wording(finding.message, finding.details)
    _add_step(query, Action.RAISED, text, CHECKS)
    if explanation:
        _add_step(query, Action.ANSWERED, explanation, by)


def _reopen_by_check(query: Query, explanation: str, by: Actor) -> None:
    if query.state != QueryState.OPEN:
        query.state = QueryState.OPEN
        _add_step(query, Action.REOPENED, FIRES_AGAIN, CHECKS)
        if not explanation:
            query.save(update_fields=("state",))
    if explanation:
        _answer(query, explanation, by)


def _answer(query: Query, text: str, by: Actor) -> None:
    query.state = QueryState.ANSWERED
    query.save(update_fields=("state",))
    _add_step(query, Action.ANSWERED, text, by)
