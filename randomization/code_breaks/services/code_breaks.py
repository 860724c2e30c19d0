"""Code breaks: one participant's arm, shown once, with reason and password (RAN-05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from randomization.allocation import selectors as allocation_selectors
from randomization.arms import arm_of
from randomization.models import CodeBreak
from randomization.problems import RandomizationRefused
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.accounts import selectors as accounts_selectors
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission, Role
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality
from record.capture.save_hooks import Saved
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.notices.services import outbox as notices
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

BREAKS = {
    CodeBreakKind.EMERGENCY: Permission.CODE_BREAK,
    CodeBreakKind.SUSAR: Permission.CODE_BREAK_SUSAR,
}
RECORDS = (CodeBreakKind.ACCIDENTAL, CodeBreakKind.OUTSIDE)


@dataclass(frozen=True)
class Account:
    """What is written down of a code break; never the arm."""

    kind: CodeBreakKind
    category: CodeBreakCategory
    reason: str
    disclosed_to: str = ""
    participant_told: bool | None = None
    treatment_continues: bool | None = None


@dataclass(frozen=True)
class Disclosed:
    """What one code break shows, once: the arm, and what was really prepared."""

    arm: str
    products: tuple[tuple[str, str, str], ...]  # visit, product, lot


@implements("RAN-05", "RND-07", "RND-08")
def break_code(
    participant: Participant, account: Account, *, proof: ReAuthenticated, by: User
) -> Disclosed:
    """Disclose one participant's arm; who, when and why are recorded and told.

    With it what the product records name: who was given another product than the
    allocated one is treated for that.
    """
    if account.kind not in BREAKS or not by.may(BREAKS[account.kind]):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        arm = arm_of(participant)
        if arm is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        entry = _enter(participant, account, at=clock.now(), by=by)
        details = {"kind": account.kind, "category": account.category}
        act("code_broken", participant_id=participant.pk, details=details)
        _tell(entry)
        return Disclosed(arm, tuple(_prepared(participant)))


def _prepared(participant: Participant) -> Iterator[tuple[str, str, str]]:
    for data in casebook_of(participant).rows("PRD"):
        if data.get("product"):
            yield data.visit, data.get("product"), data.get("lot") or ""


@implements("RAN-05", "ACC-16")
def arm_by_setting(participant: Participant, *, by: User) -> str:
    """Return an arm to an investigator where the trial is not blinded to them.

    The setting is off unless sponsor and ethics committee decide otherwise; each view
    is recorded like one of the pharmacy.
    """
    if not PROTOCOL.blinding.arm_visible_to_investigator:
        raise PermissionDenied
    if not by.may(Permission.CODE_BREAK):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        arm = arm_of(participant)
        if arm is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        details = {
            "purpose": "setting",
            "confidentiality": Confidentiality.RESTRICTED,
        }
        act("arm_seen", participant_id=participant.pk, details=details)
    return arm


@implements("RND-08")
def record_code_break(
    participant: Participant,
    account: Account,
    *,
    at: datetime,
    by: User,
    via: Source = Source.PAGE,
) -> CodeBreak:
    """Enter a break that happened by accident or outside the system."""
    if account.kind not in RECORDS or not by.may(Permission.RECORD_CODE_BREAK):
        raise PermissionDenied
    with attributed(by=by, via=via):
        if allocation_selectors.allocation_of(participant) is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        if at > clock.now():
            raise RandomizationRefused(_("This is in the future. Check date and time."))
        entry = _enter(participant, account, at=at, by=by)
        _tell(entry)
    return entry


def note_seen_product(saved: Saved) -> None:
    """Enter an accidental break when the cover failed or the participant saw it."""
    failed = saved.data.get("cover_intact") == "N"
    seen = saved.data.get("participant_saw") == "Y"
    if not failed and not seen:
        return
    CodeBreak.objects.get_or_create(
        source=saved.form,
        defaults={
            "participant": saved.participant,
            "kind": CodeBreakKind.ACCIDENTAL,
            "category": CodeBreakCategory.COVER,
            "reason": _("Infusion record: cover not intact, or the product was seen."),
            "at": saved.data.get("started_at") or clock.now(),
            "participant_told": seen,
        },
    )


def _enter(
    participant: Participant, account: Account, *, at: datetime, by: User
) -> CodeBreak:
    if not account.reason.strip():
        raise RandomizationRefused(_("Give the reason."))
    return CodeBreak.objects.create(
        participant=participant,
        kind=account.kind,
        category=account.category,
        reason=account.reason.strip(),
        at=at,
        recorded_by=by,
        disclosed_to=account.disclosed_to,
        participant_told=account.participant_told,
        treatment_continues=account.treatment_continues,
    )


def _tell(entry: CodeBreak) -> None:
    words = {
        "number": entry.participant.number,
        "kind": _(entry.kind_label),
        "category": _(entry.category_label),
        "by": entry.recorded_by,
        "at": entry.at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M %z"),
    }
    notices.queue(
        occasion="code_break",
        key=f"code_break:{entry.pk}",
        to=accounts_selectors.people_in(Role.PI, Role.SO),
        subject=_("Code break for participant %(number)s") % words,
        text=_("%(kind)s (%(category)s), %(at)s, by %(by)s. The arm is not told here.")
        % words,
    )
