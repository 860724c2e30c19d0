"""Queries: raised by people, answered, sent back, closed, cancelled, reopened."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Actor, Source, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.blinding import require_blind
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import hidden_key, hidden_key_behind
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import Query, QueryPriority, QueryState, QueryStep
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.selectors.queries import STEPS, StepKind, may_on_subject
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import UnfitText, fit_text

LONGEST = 1000  # characters of one step; sealed, it must fit its padded length
Action = QueryStep.Action


@dataclass(frozen=True)
class Assignment:
    """Who is to answer a query, how soon and by when; empty: whoever may, as usual."""

    priority: str = QueryPriority.NORMAL.value
    role: str = ""
    person: User | None = None
    due_on: date | None = None


USUAL = Assignment()


@dataclass(frozen=True)
class Subject:
    """What a query without a form is about: a visit, a row that a log lacks, or all."""

    participant: Participant
    log: str = ""
    visit: str = ""
    visit_number: int = 0


def usual_due_date(priority: str) -> date:
    return clock.today() + timedelta(days=PROTOCOL.queries.answer_days[priority])


def require_text(
    text: str, form: FormInstance | None, whose: Participant, *, by: Actor
) -> str:
    try:
        words = fit_text(text, LONGEST)
    except UnfitText as problem:
        raise ReviewRefused(_(problem.message) % problem.details) from problem
    if not words:
        raise ReviewRefused(_("Write what you want to say; the text stays on record."))
    if form is None or form.confidentiality == Confidentiality.OPEN:
        require_blind([words], by=by, participant=whose, refusal=ReviewRefused)
    return words


def _add_step(query: Query, action: Action, text: str, by: Actor) -> None:
    form, earlier = query.form, query.steps.aggregate(last=Max("at"))["last"]
    key = hidden_key_behind(form, query.steps.all(), first=query.pk) if form else {}
    at = clock.after(query.raised_at, earlier)
    whose = {"form": form, "participant": query.participant}
    step = QueryStep(query=query, action=action, by_id=by.pk, at=at, **whose, **key)
    step.put_text(text)
    step.save(force_insert=True)


@implements("QRY-04")
def raise_query(
    form: FormInstance,
    item: str,
    text: str,
    *,
    by: Actor,
    via: Source = Source.PAGE,
    assignment: Assignment = USUAL,
) -> Query:
    """Raises `DoneAlready` for a request that raised its query before."""
    if item and item not in catalogue.design(form.code).items:
        raise ReviewRefused(_("This form has no such item."))
    query = Query(form=form, **hidden_key(form.confidentiality))
    query.put_place(item, "")
    return _raise(query, text, assignment, by=by, via=via)


@implements("QRY-04")
def raise_query_on(
    subject: Subject, text: str, *, by: Actor, assignment: Assignment = USUAL
) -> Query:
    """Ask about what has no form. Raises `DoneAlready` as `raise_query` does."""
    log = catalogue.designs().get(subject.log)
    if subject.log and (log is None or not log.collected.is_log or log.model.is_sealed):
        message = _("In this log no row can be missed. Ask about the participant.")
        raise ReviewRefused(message)
    query = Query(
        participant=subject.participant,
        log=subject.log,
        visit=subject.visit,
        visit_number=subject.visit_number,
    )
    return _raise(query, text, assignment, by=by, via=Source.PAGE)


def _raise(
    query: Query, text: str, assignment: Assignment, *, by: Actor, via: Source
) -> Query:
    require_on(query, Permission.RAISE_QUERY, by=by)
    text = require_text(text, query.form, query.whose, by=by)
    for name, value in _columns_of(assignment, query).items():
        setattr(query, name, value)
    query.state, query.raised_by_id = QueryState.OPEN, by.pk
    with attributed(by=by, via=via):
        once.require_first()
        lock_participant(query.whose)
        query.save(force_insert=True)
        _add_step(query, Action.RAISED, text, by)
    return query


def require_on(query: Query, permission: Permission, *, by: Actor) -> None:
    """Refuse a user without the permission on what the query is about."""
    if isinstance(by, User) and not may_on_subject(by, permission, query.about):
        raise PermissionDenied


def _columns_of(assignment: Assignment, query: Query) -> dict[str, Any]:
    """Raises `ReviewRefused` for somebody who may not answer, or a day gone by."""
    person, due_on = assignment.person, assignment.due_on
    if assignment.priority not in QueryPriority.values:
        raise ReviewRefused(_("Choose one of the priorities."))
    if person and not (
        person.is_active
        and may_on_subject(person, Permission.ANSWER_QUERY, query.about)
    ):
        raise ReviewRefused(_("This person may not answer here. Choose somebody else."))
    if due_on and due_on < clock.today() and due_on != query.due_on:
        raise ReviewRefused(_("This day is over. Choose today or a later one."))
    return {
        "priority": assignment.priority,
        "assigned_role": "" if person else assignment.role,
        "assigned_to": person,
        "due_on": due_on or usual_due_date(assignment.priority),
    }


@implements("QRY-04")
def assign_query(query: Query, assignment: Assignment, *, by: Actor) -> bool:
    """False when it is so already: nothing is stored."""
    require_on(query, Permission.RAISE_QUERY, by=by)
    with attributed(by=by, via=Source.PAGE):
        lock_participant(query.whose)
        query = Query.objects.select_for_update(of=("self",)).get(pk=query.pk)
        columns = _columns_of(assignment, query)
        if all(getattr(query, name) == value for name, value in columns.items()):
            return False
        for name, value in columns.items():
            setattr(query, name, value)
        query.save(update_fields=tuple(columns))
    return True


@implements("QRY-04")
def take_step(
    query: Query,
    kind: StepKind,
    text: str,
    *,
    by: Actor,
    shown_steps: int | None = None,
) -> Query:
    """Add a step to the thread as it was shown, at its number of steps.

    Raises `DoneAlready` for a request that added its step before, `ChangedSinceShown`
    when somebody else added one meanwhile. Without `shown_steps` the thread is taken
    as it stands.
    """
    require_on(query, kind.right, by=by)
    text = require_text(text, query.form, query.whose, by=by)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        lock_participant(query.whose)
        return step(query, kind, text, shown_steps, by=by)


def step(
    query: Query, kind: StepKind, text: str, shown_steps: int | None, *, by: Actor
) -> Query:
    query = Query.objects.select_for_update(of=("self",)).get(pk=query.pk)
    require_step(query, kind, shown_steps, by=by)
    query.state = kind.to
    query.save(update_fields=("state",))
    _add_step(query, kind.action, text, by)
    return query


def require_step(
    query: Query, kind: StepKind, shown_steps: int | None, *, by: Actor
) -> None:
    """Raises `ReviewRefused` for a step that the state of the query does not allow."""
    if shown_steps not in (None, len(query.steps.all())):
        raise ChangedSinceShown(
            _("Somebody wrote to this query since it was shown to you. Read it.")
        )
    if query.state not in kind.allowed:
        message = _("This query is %(state)s; somebody was faster.")
        raise ReviewRefused(message % {"state": query.get_state_display()})
    if kind.of_raiser and isinstance(by, User) and query.raised_by_id != by.pk:
        raise ReviewRefused(_("Only who raised a query may cancel it. Close it."))


def answer_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    return take_step(query, STEPS["answer"], text, by=by, shown_steps=shown_steps)


def return_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    return take_step(query, STEPS["return"], text, by=by, shown_steps=shown_steps)


def close_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    """Close a query; no role that answers may close."""
    return take_step(query, STEPS["close"], text, by=by, shown_steps=shown_steps)


def cancel_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    """Cancel a query that was raised in error; it stays on record."""
    return take_step(query, STEPS["cancel"], text, by=by, shown_steps=shown_steps)


def reopen_query(
    query: Query, text: str, *, by: Actor, shown_steps: int | None = None
) -> Query:
    return take_step(query, STEPS["reopen"], text, by=by, shown_steps=shown_steps)
