"""Lock and unlock the database, each by two persons: one proposes, one confirms."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from record.accounts.access import NotPermitted, may_be, require_person
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import FIRST, SECOND, Permission
from record.audit.attribution import Reason, Source, attributed
from record.casebook.blinding import require_blind
from record.lock import selectors
from record.lock.digest import data_digest
from record.lock.models import LockProposal
from record.lock.problems import LockRefused
from record.lock.readiness import Readiness, readiness
from record.lock.vocabulary import LockAction
from record.review.problems import ReviewRefused
from record.review.services import lock_database, unlock_database
from trial_edc import clock
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, unfit_text, written

REASON_CODE = "database_lock"


@implements("LCK-02")
def propose_lock(
    *,
    reason: str,
    exceptions: Mapping[str, str],
    shown: str,
    proof: ReAuthenticated,
    by: User,
) -> LockProposal:
    """Propose the lock over the report that was shown; `shown` is its digest.

    Each check with open lines needs an exception, by its name, with a reason.
    """
    texts = {name: written(text) for name, text in exceptions.items() if written(text)}
    with attributed(by=by, via=Source.PAGE, reason=_reason(reason)):
        _require_proposer(by, proof, [reason, *texts.values()])
        if selectors.present_lock():
            raise LockRefused(_("The database is locked already."))
        report = readiness()
        if report.digest != shown:
            raise LockRefused(
                _("The report changed since it was shown to you. Read it again.")
            )
        _require_exceptions(report, texts)
        return _propose(LockAction.LOCK, reason, by, report=report, exceptions=texts)


@implements("LCK-03")
def propose_unlock(*, reason: str, proof: ReAuthenticated, by: User) -> LockProposal:
    with attributed(by=by, via=Source.PAGE, reason=_reason(reason)):
        _require_proposer(by, proof, [reason])
        state = selectors.present_lock()
        if state is None:
            raise LockRefused(_("The database is not locked."))
        return _propose(LockAction.UNLOCK, reason, by, lock=state.lock)


def _require_proposer(by: User, proof: ReAuthenticated, texts: list[str]) -> None:
    require_person(by, FIRST, Permission.LOCK_DATABASE)
    proof.require(by)
    if not written(texts[0]):
        raise LockRefused(_("Give the reason."))
    for text in texts:
        if problem := unfit_text(text, LONGEST_REASON):
            raise LockRefused(_(problem.message) % problem.details)
    require_blind(texts, by=by, participant=None, refusal=LockRefused)
    wait_for(TransactionLock.WRITERS)
    if selectors.waiting_proposal():
        raise LockRefused(_("A proposal waits already. Withdraw it first."))


def _require_exceptions(report: Readiness, texts: Mapping[str, str]) -> None:
    strict = [result for result in report.unready if result.check.strict]
    missing = [r for r in report.unready if not texts.get(r.check.name)]
    if strict:
        message = _("This must be settled before the lock: %(checks)s.")
    elif missing:
        message = _("Settle this, or write why it is accepted: %(checks)s.")
    else:
        return
    names = ", ".join(result.check.title for result in strict or missing)
    raise LockRefused(message % {"checks": names})


def _propose(
    action: LockAction,
    reason: str,
    by: User,
    *,
    report: Readiness | None = None,
    exceptions: Mapping[str, str] | None = None,
    **columns: object,
) -> LockProposal:
    open_checks = {r.check.name for r in report.unready} if report else set()
    accepted = {n: t for n, t in (exceptions or {}).items() if n in open_checks}
    return LockProposal.objects.create(
        action=action,
        reason=written(reason),
        entered_by=by,
        report=report.stored if report else [],
        exceptions=accepted,
        **columns,
    )


@implements("LCK-01", "LCK-02", "LCK-04")
def confirm(
    proposal: LockProposal, *, shown: str, proof: ReAuthenticated, by: User
) -> LockProposal:
    """Second person: lock or unlock, as it was proposed and shown.

    A lock waits for the writes under way, then reads report and data that no write can
    change any more before the lock holds.
    """
    require_person(by, SECOND, Permission.LOCK_DATABASE)
    proof.require(by)
    with attributed(by=by, via=Source.PAGE, reason=_reason(proposal.reason)):
        wait_for(TransactionLock.WRITERS)
        proposal = LockProposal.objects.select_for_update(of=("self",)).get(
            pk=proposal.pk
        )
        _require_waiting(proposal, shown, by)
        try:
            ACTS[LockAction(proposal.action)](proposal, by)
        except ReviewRefused as problem:
            raise LockRefused(str(problem)) from problem
        proposal.approved_by = by
        proposal.approved_at = clock.after(proposal.entered_at)
        proposal.save(
            update_fields=("lock", "data_digest", "approved_by", "approved_at")
        )
    return proposal


def _require_waiting(proposal: LockProposal, shown: str, by: User) -> None:
    if not proposal.is_waiting:
        raise LockRefused(_("This proposal waits no more."))
    if proposal.entered_by_id == by.pk:
        raise LockRefused(_("You proposed this; somebody else confirms it."))
    if proposal.digest != shown:
        raise LockRefused(_("This changed since it was shown to you. Read it again."))
    first = proposal.entered_by
    if not (first.is_active and may_be(first, FIRST, Permission.LOCK_DATABASE)):
        message = _(
            "%(person)s may propose this no more. Withdraw it, and have it proposed "
            "again."
        )
        raise LockRefused(message % {"person": first})


def _lock(proposal: LockProposal, by: User) -> None:
    if readiness().stored != proposal.report:
        message = _(
            "Something was changed since this lock was proposed. Withdraw it, and "
            "propose it again over the report as it is now."
        )
        raise LockRefused(message)
    proposal.data_digest = data_digest()
    proposal.lock = lock_database(
        by=proposal.entered_by, confirmed_by=by, reason=_reason(proposal.reason)
    )


def _unlock(proposal: LockProposal, by: User) -> None:
    unlock_database(
        by=proposal.entered_by, confirmed_by=by, reason=_reason(proposal.reason)
    )


ACTS = {LockAction.LOCK: _lock, LockAction.UNLOCK: _unlock}


def withdraw(proposal: LockProposal, *, by: User) -> LockProposal:
    """Either of the two stops it alone."""
    if not by.may(Permission.LOCK_DATABASE):
        raise NotPermitted((Permission.LOCK_DATABASE,))
    with attributed(by=by, via=Source.PAGE):
        proposal = LockProposal.objects.select_for_update().get(pk=proposal.pk)
        if not proposal.is_waiting:
            raise LockRefused(_("This proposal waits no more."))
        proposal.withdrawn_by = by
        proposal.withdrawn_at = clock.after(proposal.entered_at)
        proposal.save(update_fields=("withdrawn_by", "withdrawn_at"))
    return proposal


def _reason(text: str) -> Reason:
    return Reason(REASON_CODE, text)
