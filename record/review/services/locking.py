"""Freezing and locking a form, locking the whole database."""

from datetime import datetime

from django.utils.translation import gettext as _

from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, SECOND, Permission
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import DatabaseLock
from record.audit.problems import RecordClosed
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import WAITING
from record.review.problems import ReviewRefused
from record.review.services.rights import require, require_reason
from trial_edc import clock
from trial_edc.locks import TransactionLock, wait_for


def freeze(form: FormInstance, *, by: User, reason: Reason, on: bool = True) -> bool:
    """False when it is so already: nothing is stored."""
    require(by, Permission.FREEZE, form)
    return _update(form, by, reason, frozen_at=_closed_at(form) if on else None)


def lock_form(form: FormInstance, *, by: User, reason: Reason, on: bool = True) -> bool:
    """False when it is so already: nothing is stored.

    Raises `ReviewRefused` for a lock over a query that nobody has closed.
    """
    require(by, Permission.LOCK, form)
    locked_at, locked_by = (_closed_at(form), by) if on else (None, None)
    return _update(form, by, reason, locked_at=locked_at, locked_by=locked_by)


def _closed_at(form: FormInstance) -> datetime:
    return clock.after(form.saved_at, form.frozen_at)


def _update(form: FormInstance, by: User, reason: Reason, **columns: object) -> bool:
    require_reason(reason, form, by=by)
    try:
        with attributed(by=by, via=Source.PAGE, reason=reason):
            lock_participant(form.participant)
            form = FormInstance.objects.get(pk=form.pk)
            if all(
                bool(getattr(form, name)) == bool(columns[name]) for name in columns
            ):
                return False
            if columns.get("locked_at"):
                _require_closed_queries(form)
            for name, value in columns.items():
                setattr(form, name, value)
            form.save(update_fields=tuple(columns))
    except RecordClosed as problem:
        raise ReviewRefused(_("The form or the database is locked.")) from problem
    return True


def _require_closed_queries(form: FormInstance) -> None:
    if form.queries.filter(state__in=WAITING).exists():
        raise ReviewRefused(_("Close the queries of this form first."))


def lock_database(*, by: User, confirmed_by: User, reason: Reason) -> DatabaseLock:
    """Lock the whole database; waits for writes under way, then refuses new ones."""
    _require_two_persons(by, confirmed_by)
    with attributed(by=by, via=Source.PAGE, reason=reason):
        wait_for(TransactionLock.WRITERS)
        if DatabaseLock.objects.filter(unlocked_at=None).exists():
            raise ReviewRefused(_("The database is locked already."))
        return DatabaseLock.objects.create(
            locked_at=clock.now(), locked_by=by, confirmed_by=confirmed_by
        )


def unlock_database(*, by: User, confirmed_by: User, reason: Reason) -> None:
    _require_two_persons(by, confirmed_by)
    with attributed(by=by, via=Source.PAGE, reason=reason):
        wait_for(TransactionLock.WRITERS)
        lock = DatabaseLock.objects.filter(unlocked_at=None).first()
        if lock is None:
            raise ReviewRefused(_("The database is not locked."))
        lock.unlocked_at = clock.after(lock.locked_at)
        lock.save(update_fields=("unlocked_at",))


def _require_two_persons(first: User, second: User) -> None:
    require_person(first, FIRST, Permission.LOCK_DATABASE)
    require_person(second, SECOND, Permission.LOCK_DATABASE)
    if first == second:
        raise ReviewRefused(_("Two different persons are needed."))
