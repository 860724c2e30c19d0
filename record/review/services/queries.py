"""Queries: raised by people and by edit checks, answered, sent back, closed."""

from collections.abc import Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Actor, Source, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.blinding import require_blind
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import hidden_key, hidden_key_behind
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import Query, QueryState, QueryStep
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.services.rights import require
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import UnfitText, fit_text

LONGEST = 1000  # characters of one step; sealed, it must fit its padded length
Action = QueryStep.Action


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


def _add_step(query: Query, action: Action, text: str, by: Actor) -> None:
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
        key = hidden_key(form.confidentiality)
        query = Query(form=form, state=QueryState.OPEN, raised_by_id=by.pk, **key)
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
