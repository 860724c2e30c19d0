"""Freeze, lock and open again the forms of a visit, a participant or many."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from record.accounts.access import NotPermitted
from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.audit.problems import RecordClosed
from record.casebook.blinding import require_blind
from record.casebook.models import FormInstance, Participant
from record.lock.problems import LockRefused
from record.lock.scope import RIGHTS, ClosingPlan, Scope, plan_for
from record.lock.vocabulary import ClosingAct
from record.review.selectors import closure_text
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, unfit_text, written

REASON_CODE = "closing"


@implements("LCK-01")
def close_forms(scope: Scope, *, shown: str, reason: str, by: User) -> int:
    """Do the act to all forms of the scope or to none; how many it changed.

    `shown` is the digest of the plan that the page showed. Raises `LockRefused`.
    """
    if not by.may(RIGHTS[scope.act]):
        raise NotPermitted((RIGHTS[scope.act],))
    if not written(reason):
        raise LockRefused(_("Write the reason; it stays on record."))
    if problem := unfit_text(reason, LONGEST_REASON):
        raise LockRefused(_(problem.message) % problem.details)
    require_blind([reason], by=by, participant=None, refusal=LockRefused)
    why = Reason(REASON_CODE, reason)
    try:
        with attributed(by=by, via=Source.PAGE, reason=why):
            _lock_participants(scope, by)
            plan = plan_for(scope, by)
            _require_possible(plan, shown)
            forms = FormInstance.objects.filter(pk__in=[f.pk for f in plan.forms])
            return _update(plan, forms, by)
    except RecordClosed as problem:
        raise LockRefused(closure_text(FormInstance())) from problem


def _lock_participants(scope: Scope, by: User) -> None:
    """In one order, so that two of these acts never wait for each other."""
    people = {form.participant_id for form in scope.forms_for(by)}
    locked = Participant.objects.select_for_update(no_key=True).filter(pk__in=people)
    list(locked.order_by("pk"))


def _require_possible(plan: ClosingPlan, shown: str) -> None:
    if not plan.forms:
        raise LockRefused(_("There is no form to change."))
    if plan.obstacles:
        names = ", ".join(f"{f.participant.number} {f}" for f in plan.obstacles)
        message = _("Close the queries of these forms first: %(forms)s.")
        raise LockRefused(message % {"forms": names})
    if plan.digest != shown:
        raise LockRefused(
            _("The forms changed since they were shown to you. Read the list again.")
        )


def _update(plan: ClosingPlan, forms: QuerySet[FormInstance], by: User) -> int:
    at = clock.after(*(form.saved_at for form in plan.forms))
    match plan.act:
        case ClosingAct.FREEZE:
            return forms.update(frozen_at=at)
        case ClosingAct.UNFREEZE:
            return forms.update(frozen_at=None)
        case ClosingAct.LOCK:
            return forms.update(locked_at=at, locked_by=by)
        case ClosingAct.UNLOCK:
            return forms.update(locked_at=None, locked_by=None)
