"""The study as a whole: one person pauses it, two open it (register STA)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from randomization.go_live import selectors as go_live
from randomization.models import StudyStatusChange
from randomization.problems import RandomizationRefused
from randomization.study import selectors as study_selectors
from randomization.study.rules import needs_second_person, next_steps
from randomization.vocabulary import StudyStatus
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Source, attributed
from record.casebook.blinding import require_blind
from trial_edc import clock
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.typed_text import written


def change_status(
    status: StudyStatus, *, reason: str, by: User, via: Source = Source.PAGE
) -> StudyStatusChange:
    _may(by)
    if not written(reason):
        raise RandomizationRefused(_("Give the reason."))
    require_blind([reason], by=by, participant=None, refusal=RandomizationRefused)
    with attributed(by=by, via=via):
        wait_for(TransactionLock.STUDY_STATUS)
        before = study_selectors.study_status()
        if status not in next_steps(before):
            raise RandomizationRefused(_("This step is not possible now."))
        is_proposal = needs_second_person(before, status)
        if is_proposal:
            _require_no_proposal()
        else:
            _withdraw_proposals()
        if status == StudyStatus.OPEN:
            _require_ready_to_open()
        return StudyStatusChange.objects.create(
            status=status,
            reason=written(reason),
            decided_by=by,
            in_force_at=None if is_proposal else _in_force_from(),
        )


def confirm_status(
    change: StudyStatusChange, *, by: User, via: Source = Source.PAGE
) -> StudyStatusChange:
    """Principal investigator and safety officer must both agree.

    Who proposed may have another role since; the class of an account never changes.
    """
    _may(by)
    with attributed(by=by, via=via):
        wait_for(TransactionLock.STUDY_STATUS)
        change = (
            StudyStatusChange.objects.select_for_update(of=("self",))
            .select_related("decided_by")
            .get(pk=change.pk)
        )
        if change.in_force_at is not None:
            raise RandomizationRefused(_("This is in force already."))
        if change.withdrawn_at is not None:
            message = _("The study was stopped since this was proposed. Propose again.")
            raise RandomizationRefused(message)
        if change.decided_by.blinding == by.blinding:
            raise RandomizationRefused(
                _("Principal investigator and safety officer must both agree.")
            )
        if change.status == StudyStatus.OPEN:
            _require_ready_to_open()
        change.confirmed_by, change.in_force_at = by, _in_force_from()
        change.save(update_fields=("confirmed_by", "in_force_at"))
    return change


def _may(by: User) -> None:
    if not by.may(Permission.PAUSE_STUDY):
        raise PermissionDenied


def _withdraw_proposals() -> None:
    """Nobody waits for a confirmation to stop something."""
    for proposal in study_selectors.proposals():
        proposal.withdrawn_at = clock.after(proposal.decided_at)
        proposal.save(update_fields=("withdrawn_at",))


def _require_no_proposal() -> None:
    if study_selectors.proposals().exists():
        raise RandomizationRefused(_("A proposal waits for confirmation already."))


def _in_force_from() -> datetime:
    """Now, and where a clock was set back the time of the step before."""
    before = study_selectors.last_step()
    return clock.after(before.in_force_at if before else None)


def _require_ready_to_open() -> None:
    if missing := go_live.missing():
        raise RandomizationRefused(" ".join(missing))
