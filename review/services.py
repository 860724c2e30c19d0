"""Queries, verification, signatures, freezing and locking."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from accounts.sign_in import ReAuthenticated
from audit.attribution import Actor, Process, Reason, Via, act, attributed
from audit.models import DatabaseLock
from casebook import catalogue, selectors
from casebook.checks import Finding
from casebook.engine import pending_items
from casebook.models import FormInstance, FormStatus
from casebook.selectors import binder_of, row_of, sheet_of
from casebook.services import lock as lock_participant
from review.models import Query, QueryState, QueryStep, Signature, Verification
from review.problems import ReviewRefused
from trial_edc import clock
from trial_edc.requirements import implements

CHECKS = Process("edit-checks")


def _may(by: Actor, *permissions: Permission) -> None:
    if isinstance(by, User) and not any(by.may(one) for one in permissions):
        raise PermissionDenied


def _words(text: str) -> str:
    text = text.strip()
    if not text:
        raise ReviewRefused(_("Write what you want to say; the text stays on record."))
    return text


def _step(query: Query, action: QueryStep.Action, text: str, by: Actor) -> None:
    step = QueryStep(query=query, form=query.form, action=action, by_id=by.pk)
    step.text = text
    step.save()


@implements("QRY-04")
def raise_query(
    form: FormInstance, item: str, text: str, *, by: Actor, via: Via = Via.PAGE
) -> Query:
    """Ask about an item, also an empty or not yet saved one."""
    _may(by, Permission.RAISE_QUERY)
    text = _words(text)
    if item and item not in catalogue.design(form.code).items:
        raise ReviewRefused(_("This form has no such item."))
    with attributed(by=by, via=via):
        lock_participant(form.participant)
        query = Query(form=form, state=QueryState.OPEN, raised_by_id=by.pk)
        query.put_place(item, "")
        query.save()
        _step(query, QueryStep.Action.RAISED, text, by)
    return query


def _move(
    query: Query,
    action: QueryStep.Action,
    text: str,
    *,
    by: Actor,
    allowed: Sequence[QueryState],
    to: QueryState,
) -> Query:
    text = _words(text)
    with attributed(by=by, via=Via.PAGE):
        lock_participant(query.form.participant)
        query = Query.objects.select_for_update(of=("self",)).get(pk=query.pk)
        if query.state not in allowed:
            message = _("This query is %(state)s; somebody was faster.")
            raise ReviewRefused(message % {"state": query.get_state_display()})
        query.state = to
        query.save(update_fields=("state",))
        _step(query, action, text, by)
    return query


def answer_query(query: Query, text: str, *, by: Actor) -> Query:
    """Answer an open query; the monitor then closes it or sends it back."""
    _may(by, Permission.ANSWER_QUERY)
    return _move(
        query,
        QueryStep.Action.ANSWERED,
        text,
        by=by,
        allowed=(QueryState.OPEN,),
        to=QueryState.ANSWERED,
    )


def return_query(query: Query, text: str, *, by: Actor) -> Query:
    """Send an answered query back to the site."""
    _may(by, Permission.RAISE_QUERY)
    return _move(
        query,
        QueryStep.Action.RETURNED,
        text,
        by=by,
        allowed=(QueryState.ANSWERED,),
        to=QueryState.OPEN,
    )


def close_query(query: Query, text: str, *, by: Actor) -> Query:
    """Close a query; whoever answers cannot close."""
    _may(by, Permission.CLOSE_QUERY)
    return _move(
        query,
        QueryStep.Action.CLOSED,
        text,
        by=by,
        allowed=(QueryState.OPEN, QueryState.ANSWERED),
        to=QueryState.CLOSED,
    )


def reopen_query(query: Query, text: str, *, by: Actor) -> Query:
    """Open a closed query again."""
    _may(by, Permission.RAISE_QUERY)
    return _move(
        query,
        QueryStep.Action.REOPENED,
        text,
        by=by,
        allowed=(QueryState.CLOSED,),
        to=QueryState.OPEN,
    )


@implements("QRY-05")
def settle_checks(
    form: FormInstance,
    found: Iterable[Finding],
    explanations: dict[str, str],
    *,
    by: Actor,
) -> None:
    """Bring the automatic queries of a sheet into line with what its checks find.

    A check that passes again closes its query; one that fires again reopens it. With
    an explanation the query is born answered, without one it is open.
    """
    firing = {(f.item, f.check_id): f for f in found}
    held = {query.place: query for query in automatic_queries(form)}
    for place, query in held.items():
        if place not in firing and query.state != QueryState.CLOSED:
            _set_state(query, QueryState.CLOSED, QueryStep.Action.CLOSED, CHECKS)
    for place, finding in firing.items():
        kept = held.get(place)
        words = explanations.get(finding.check_id, "").strip()
        if kept is None:
            _born(form, finding, words, by)
        elif kept.state == QueryState.CLOSED and (
            words or _closed_by_check(kept)
        ):
            _again(kept, words, by)
        elif words and kept.state == QueryState.OPEN:
            _again(kept, words, by, reopened=False)


def standing_queries(form: FormInstance) -> list[Query]:
    """Return the automatic queries of a sheet that are open or answered."""
    return [q for q in automatic_queries(form) if q.state != QueryState.CLOSED]


def automatic_queries(form: FormInstance) -> list[Query]:
    """Return the queries of a sheet that edit checks raised."""
    return [q for q in form.queries.all() if q.place[1]]


def _closed_by_check(query: Query) -> bool:
    last = query.steps.last()
    return last is not None and last.by_id is None


def _set_state(
    query: Query, state: QueryState, action: QueryStep.Action, by: Actor, text: str = ""
) -> None:
    query.state = state
    query.save(update_fields=("state",))
    _step(query, action, text or _("The check passes now."), by)


def _born(form: FormInstance, finding: Finding, words: str, by: Actor) -> None:
    state = QueryState.ANSWERED if words else QueryState.OPEN
    query = Query(form=form, state=state, raised_by_id=None)
    query.put_place(finding.item, finding.check_id)
    query.save()
    raised = finding.message % finding.details if finding.details else finding.message
    _step(query, QueryStep.Action.RAISED, raised, CHECKS)
    if words:
        _step(query, QueryStep.Action.ANSWERED, words, by)


def _again(query: Query, words: str, by: Actor, *, reopened: bool = True) -> None:
    query.state = QueryState.ANSWERED if words else QueryState.OPEN
    query.save(update_fields=("state",))
    if reopened:
        _step(query, QueryStep.Action.REOPENED, _("The check fires again."), CHECKS)
    if words:
        _step(query, QueryStep.Action.ANSWERED, words, by)


@implements("QRY-06")
def verify(form: FormInstance, items: Iterable[str], *, by: Actor) -> Verification:
    """Record that items agree with the source, at the revisions they have now."""
    _may(by, Permission.VERIFY)
    with attributed(by=by, via=Via.PAGE):
        lock_participant(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        revisions = selectors.revisions_of(form, row_of(form))
        at_revisions = {item: revisions.get(item, 0) for item in items}
        if not at_revisions:
            raise ReviewRefused(_("Choose at least one item."))
        verification = Verification(form=form, by_id=by.pk)
        verification.items = at_revisions
        verification.save()
        return verification


@implements("SIG-03", "SIG-07")
def sign(form: FormInstance, *, proof: ReAuthenticated, by: User) -> Signature:
    """Sign a complete form; the proof is the password given just now."""
    design = catalogue.design(form.code)
    if design.signature is None or not by.may(design.signed_by):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Via.PAGE):
        lock_participant(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        _must_be_signable(form)
        signature = Signature.objects.create(
            participant=form.participant,
            form=form,
            meaning=str(design.signature),
            bound={str(form.pk): [form.revision, form.digest]},
            signer=by,
            signer_name=by.full_name,
            signer_role=by.role,
        )
        act("signed", participant_id=form.participant_id, form_id=form.pk)
    return signature


def _must_be_signable(form: FormInstance) -> None:
    design = catalogue.design(form.code)
    if form.status != FormStatus.COMPLETE:
        raise ReviewRefused(_("The form must be complete before it is signed."))
    sheet = sheet_of(form, row_of(form))
    if pending := pending_items(design, sheet, binder_of(form.participant)):
        labels = ", ".join(str(design.items[name].verbose_name) for name in pending)
        message = _("Needed before signing: %(items)s.")
        raise ReviewRefused(message % {"items": labels})
    if form.queries.filter(state=QueryState.OPEN).exists():
        raise ReviewRefused(_("Answer the open queries of this form first."))


def freeze(form: FormInstance, *, by: User, reason: Reason, on: bool = True) -> None:
    """Freeze a sheet for data entry, or thaw it."""
    _may(by, Permission.FREEZE)
    with attributed(by=by, via=Via.PAGE, reason=reason):
        lock_participant(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        form.frozen_at = clock.now() if on else None
        form.save(update_fields=("frozen_at",))


def lock_form(form: FormInstance, *, by: User, reason: Reason, on: bool = True) -> None:
    """Lock a sheet, or unlock it; both with a reason."""
    _may(by, Permission.LOCK)
    with attributed(by=by, via=Via.PAGE, reason=reason):
        lock_participant(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        form.locked_at, form.locked_by = (clock.now(), by) if on else (None, None)
        form.save(update_fields=("locked_at", "locked_by"))


def lock_database(*, by: User, confirmed_by: User, reason: Reason) -> DatabaseLock:
    """Lock the whole database; waits for writes under way, then refuses new ones."""
    _may(by, Permission.LOCK_DATABASE)
    _may(confirmed_by, Permission.LOCK_DATABASE)
    with attributed(by=by, via=Via.PAGE, reason=reason):
        _alone()
        return DatabaseLock.objects.create(
            locked_at=clock.now(), locked_by=by, confirmed_by=confirmed_by
        )


def unlock_database(*, by: User, confirmed_by: User, reason: Reason) -> None:
    """Lift the lock of the database; two persons and a reason."""
    _may(by, Permission.LOCK_DATABASE)
    _may(confirmed_by, Permission.LOCK_DATABASE)
    if by == confirmed_by:
        raise ReviewRefused(_("Two different persons unlock the database."))
    with attributed(by=by, via=Via.PAGE, reason=reason):
        _alone()
        lock = DatabaseLock.objects.get(unlocked_at=None)
        lock.unlocked_at = clock.now()
        lock.save(update_fields=("unlocked_at",))


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [4_194_671])
