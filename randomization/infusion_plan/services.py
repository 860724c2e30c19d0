"""The planned infusion is entered by one person and approved by another.

The registry record leaves it open; the sponsor and the principal investigator set it
before the first participant.
"""

from dataclasses import asdict, replace

from django.utils.translation import gettext as _

from randomization.infusion_plan import selectors
from randomization.infusion_plan.rules import AMENDMENT_NEEDED, plan_problems
from randomization.models import InfusionPlanVersion
from randomization.problems import PlanRefused
from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, Permission
from record.audit.attribution import Source, attributed
from record.casebook.blinding import message_about, word_telling_arm
from record.review.problems import ApprovalRefused
from record.review.services.approvals import approve
from trial_edc import clock
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.protocol import InfusionPlan
from trial_edc.requirements import implements
from trial_edc.typed_text import written


@implements("INF-05")
def enter_plan(
    plan: InfusionPlan,
    *,
    reason: str,
    amendment: str = "",
    by: User,
    via: Source = Source.PAGE,
) -> InfusionPlanVersion:
    """Until it is approved, entering a plan again corrects the one that waits."""
    require_person(by, FIRST, Permission.PAUSE_STUDY)
    plan = replace(plan, premedication=written(plan.premedication))
    with attributed(by=by, via=via):
        wait_for(TransactionLock.INFUSION_PLANS)
        reason, amendment = written(reason), written(amendment)
        _require_possible(plan, reason, amendment)
        _require_blind(plan, reason, amendment, by=by)
        version, _created = InfusionPlanVersion.objects.update_or_create(
            approved_at=None,
            defaults={
                **asdict(plan),
                "reason": reason,
                "amendment": amendment,
                "entered_by": by,
                "entered_at": clock.now(),
            },
        )
    return version


def approve_plan(
    version: InfusionPlanVersion,
    *,
    shown: str | None = None,
    by: User,
    via: Source = Source.PAGE,
) -> InfusionPlanVersion:
    """Principal investigator and safety officer must both agree, as when opening."""
    with attributed(by=by, via=via):
        wait_for(TransactionLock.INFUSION_PLANS)
        version.refresh_from_db()
        if version.entered_by.blinding == by.blinding:
            message = _("Principal investigator and safety officer must both agree.")
            raise ApprovalRefused(message)
        if version.approved_at is None and _lacks_amendment(version.amendment):
            raise ApprovalRefused(_(AMENDMENT_NEEDED))
        with clock.not_before(version.entered_at):
            return approve(version, Permission.PAUSE_STUDY, shown=shown, by=by, via=via)


def _lacks_amendment(amendment: str) -> bool:
    return not amendment and selectors.needs_amendment()


def _require_possible(plan: InfusionPlan, reason: str, amendment: str) -> None:
    reasons = {
        problem.item: _(problem.message)
        % {"least": problem.least, "most": problem.most}
        for problem in plan_problems(plan)
    }
    if not reason:
        reasons["reason"] = _("Give the reason.")
    if _lacks_amendment(amendment):
        reasons["amendment"] = _(AMENDMENT_NEEDED)
    if reasons:
        raise PlanRefused(reasons)


def _require_blind(
    plan: InfusionPlan, reason: str, amendment: str, *, by: User
) -> None:
    """A reason that speaks of past infusions would tell an arm to whoever reads it."""
    texts = {
        "premedication": plan.premedication,
        "reason": reason,
        "amendment": amendment,
    }
    reasons = {
        item: message_about(word)
        for item, text in texts.items()
        if (word := word_telling_arm([text], by=by, participant=None))
    }
    if reasons:
        raise PlanRefused(reasons)
