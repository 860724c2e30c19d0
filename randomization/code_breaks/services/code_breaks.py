"""Code breaks: one participant's arm, shown once, with reason and password (RAN-05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from randomization.allocation import selectors as allocation_selectors
from randomization.arms import arm_of
from randomization.models import CodeBreak
from randomization.problems import RandomizationRefused
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.accounts import selectors as accounts_selectors
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission, Role
from record.audit import once
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality
from record.audit.pseudonyms import pseudonym_of
from record.capture.save_hooks import Saved
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.notices.services import outbox as notices
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.revealing_words import revealing_word
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_

BREAK_PERMISSIONS = {
    CodeBreakKind.EMERGENCY: Permission.CODE_BREAK,
    CodeBreakKind.SUSAR: Permission.CODE_BREAK_SUSAR,
}
SEEN_AT_BEDSIDE = N_("Infusion record: cover not intact, or the product was seen.")
RECORDED_KINDS = (CodeBreakKind.ACCIDENTAL, CodeBreakKind.OUTSIDE)


@dataclass(frozen=True)
class CodeBreakDetails:
    """What is recorded of a code break; never the arm."""

    kind: CodeBreakKind
    category: CodeBreakCategory
    reason: str
    disclosed_to: str = ""
    participant_told: bool | None = None
    treatment_continues: bool | None = None


@dataclass(frozen=True)
class Disclosure:
    """What one code break shows, once: the arm, and what was in fact prepared."""

    arm: str
    products: tuple[tuple[str, str, str], ...]  # visit, product, lot


@implements("RAN-05", "RND-07", "RND-08")
def break_code(
    participant: Participant,
    details: CodeBreakDetails,
    *,
    proof: ReAuthenticated,
    by: User,
) -> Disclosure:
    """Disclose one participant's arm; who, when and why are recorded and notified.

    The products of the product records are disclosed too: treatment follows what was
    given, also where that was not the allocated product.
    """
    if details.kind not in BREAK_PERMISSIONS or not by.may(
        BREAK_PERMISSIONS[details.kind]
    ):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        arm = arm_of(participant)
        if arm is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        allocation = allocation_selectors.allocation_of(participant)
        at = clock.after(allocation.randomised_at if allocation else None)
        code_break = _create_code_break(participant, details, at=at, by=by)
        act_details = {"kind": details.kind, "category": details.category}
        act("code_broken", participant_id=participant.pk, details=act_details)
        _notify_code_break(code_break)
        return Disclosure(arm, tuple(_prepared_products(participant)))


def _prepared_products(participant: Participant) -> Iterator[tuple[str, str, str]]:
    for data in casebook_of(participant).rows("PRD"):
        if data.get("product"):
            yield data.visit, data.get("product"), data.get("lot") or ""


@implements("RAN-05", "ACC-16")
def arm_for_unblinded_investigator(participant: Participant, *, by: User) -> str:
    """Arm for an investigator where the trial is not blinded to them.

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
        pseudonym = pseudonym_of(participant.pk)
        act("arm_seen", participant_id=pseudonym, details=details)
    return arm


@implements("RND-08")
def record_code_break(
    participant: Participant,
    details: CodeBreakDetails,
    *,
    at: datetime,
    by: User,
    via: Source = Source.PAGE,
) -> CodeBreak:
    """Record a break that happened by accident or outside the system."""
    if details.kind not in RECORDED_KINDS or not by.may(Permission.RECORD_CODE_BREAK):
        raise PermissionDenied
    with attributed(by=by, via=via):
        once.require_first()
        if allocation_selectors.allocation_of(participant) is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        if at > clock.now():
            raise RandomizationRefused(_("This is in the future. Check date and time."))
        code_break = _create_code_break(participant, details, at=at, by=by)
        _notify_code_break(code_break)
    return code_break


def record_seen_product(saved: Saved) -> None:
    """The cover failed, or the participant saw the product: an accidental break."""
    is_cover_broken = saved.data.get("cover_intact") == "N"
    was_seen = saved.data.get("participant_saw") == "Y"
    if not is_cover_broken and not was_seen:
        return
    CodeBreak.objects.get_or_create(
        source=saved.form,
        defaults={
            "participant": saved.participant,
            "kind": CodeBreakKind.ACCIDENTAL,
            "category": CodeBreakCategory.COVER,
            "reason": SEEN_AT_BEDSIDE,
            "at": saved.data.get("started_at") or clock.now(),
            "participant_told": was_seen,
        },
    )


def _create_code_break(
    participant: Participant, details: CodeBreakDetails, *, at: datetime, by: User
) -> CodeBreak:
    if not written(details.reason):
        raise RandomizationRefused(_("Give the reason."))
    for text in (details.reason, details.disclosed_to):
        if word := revealing_word(text):
            raise RandomizationRefused(
                _(
                    "Blinded people read that the code was broken and why: name no "
                    "product and no arm (“%(word)s”)."
                )
                % {"word": word}
            )
    return CodeBreak.objects.create(
        participant=participant,
        kind=details.kind,
        category=details.category,
        reason=written(details.reason),
        at=at,
        recorded_by=by,
        disclosed_to=details.disclosed_to,
        participant_told=details.participant_told,
        treatment_continues=details.treatment_continues,
    )


def _notify_code_break(code_break: CodeBreak) -> None:
    details = {
        "number": code_break.participant.number,
        "kind": gettext_lazy(code_break.kind_label),
        "category": gettext_lazy(code_break.category_label),
        "by": code_break.recorded_by,
        "at": code_break.at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M %z"),
    }
    notices.queue(
        occasion="code_break",
        key=f"code_break:{code_break.pk}",
        to=accounts_selectors.people_in(Role.PI, Role.SO),
        subject=N_("Code break for participant %(number)s"),
        text=N_(
            "%(kind)s (%(category)s), %(at)s, by %(by)s. The arm is not told here."
        ),
        details=details,
    )
