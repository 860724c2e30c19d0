"""Two persons confirm a preparation, then it is handed over with a masked label."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from randomization.allocation import selectors as allocation_selectors
from randomization.models import PreparationCheck, bound_of
from randomization.models.product import AFTER_CHECK
from randomization.problems import RandomizationRefused
from randomization.product.rules.bag_times import BagTimes
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.selectors.bags import age_years, sex_word
from randomization.study import selectors as study_selectors
from randomization.vocabulary import Part
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.accounts.services.signing import obstacle_to_signing
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality
from record.capture.problems import NotSaved, SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.casebook import catalogue, display, engine
from record.casebook.checks import Finding
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of, data_of
from record.casebook.services import form_instances
from trial_edc import clock, dates
from trial_edc.requirements import implements
from trial_edc.vocabulary import INFUSION_VISITS, N_, Severity

MAY_CONFIRM = {
    Part.PREPARED: Permission.SIGN_PRODUCT,
    Part.CHECKED: Permission.CHECK_PRODUCT,
}
MEANINGS = {
    Part.PREPARED: N_("I prepared this product as recorded here."),
    Part.CHECKED: N_("I checked this product against the record and the allocation."),
}


@dataclass(frozen=True)
class Label:
    """What stands on the bag; nothing of the product, or of how it was prepared."""

    code: str
    participant: str
    sex: str
    age_years: int | None
    infusion_number: int
    volume_ml: Decimal | None
    start_before: datetime


@implements("INF-01", "SIG-03")
def confirm_preparation(
    form: FormInstance, *, shown_digest: str, proof: ReAuthenticated, by: User
) -> PreparationCheck:
    """Confirm a preparation as it was shown, see `Preparation.digest`."""
    if not any(by.may(permission) for permission in MAY_CONFIRM.values()):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        form_instances.lock(form.participant)
        if obstacle := obstacle_to_signing(by):
            raise RandomizationRefused(obstacle)
        form = FormInstance.objects.get(pk=form.pk)
        record = worklist.record_of(form)
        part = _part_of(by, data_of(form, record))
        if not by.may(MAY_CONFIRM[part]):
            raise PermissionDenied
        for earlier in PreparationCheck.objects.filter(form=form, part=part, signer=by):
            if earlier.holds_for(record):
                return earlier
        _require_shown(form, shown_digest)
        _require_prepared(form, data_of(form, record))
        check = PreparationCheck.objects.create(
            form=form,
            part=part,
            bound=bound_of(record),
            meaning=MEANINGS[part],
            signer=by,
            signer_name=by.full_name,
            signer_role=by.role,
        )
        _act("preparation_confirmed", form, part=part)
    return check


def _part_of(by: User, data: FormData) -> Part:
    if data.get("prepared_by") == by.pk:
        return Part.PREPARED
    if data.get("checked_by") == by.pk:
        return Part.CHECKED
    raise RandomizationRefused(
        _("The record names you neither as preparer nor as checker.")
    )


def _require_shown(form: FormInstance, shown_digest: str) -> None:
    requested = worklist.preparations_of([form])
    if [preparation.digest for preparation in requested] != [shown_digest]:
        raise RandomizationRefused(
            _(
                "The product record or the request changed since it was shown to you. "
                "Compare it again."
            )
        )


def _require_prepared(form: FormInstance, data: FormData) -> None:
    design, casebook = catalogue.design(form.code), casebook_of(form.participant)
    pending = engine.pending_items(design, data, casebook)
    findings = engine.findings(design, data, casebook, now=clock.now())
    faulty = [finding.item for finding in findings if finding.severity == Severity.HARD]
    names = [
        name for name in dict.fromkeys([*pending, *faulty]) if name not in AFTER_CHECK
    ]
    if names:
        labels = ", ".join(str(design.items[name].verbose_name) for name in names)
        message = _("Enter these first, then confirm: %(items)s.")
        raise RandomizationRefused(message % {"items": labels})


@implements("RND-05")
def hand_over(form: FormInstance, *, to: User, at: datetime, by: User) -> None:
    """Hand over a bag, at the earliest when bags of both arms leave the pharmacy.

    A hand-over that was earlier all the same is entered on the form, with the reason.
    """
    times = _times_of(form)
    if at < times.leaves_at:
        message = _(
            "Bags of both arms leave the pharmacy from %(at)s on, so that nobody can "
            "tell the product by the time. Keep the bag until then."
        )
        raise RandomizationRefused(message % {"at": _site_time(times.leaves_at)})
    _require_keeps(data_of(form, worklist.record_of(form)), times)
    values = {"handed_over_at": at, "handed_to": to.pk}
    try:
        capture.save(form, values, by=by)
    except SaveRefused as problem:
        texts = " ".join(map(display.finding_text, problem.findings))
        raise RandomizationRefused(texts) from problem
    except NotSaved as problem:
        message = _("Change the hand-over on the form, with a reason.")
        raise RandomizationRefused(message) from problem


@implements("INF-05")
def require_handover_allowed(saved: Saved) -> None:
    at = saved.data.get("handed_over_at")
    if at is None:
        return
    record = worklist.record_of(saved.form)
    if not worklist.is_confirmed(saved.form, record):
        message = N_("Preparer and checker confirm with their passwords first.")
        raise SaveRefused([_refusal("PRD-16", message)])
    paused_at = study_selectors.infusions_paused_at()
    if paused_at and at >= paused_at.replace(second=0, microsecond=0):
        message = N_("Infusions are paused: nothing is handed over.")
        raise SaveRefused([_refusal("PRD-17", message)])


def _refusal(check_id: str, message: str) -> Finding:
    return Finding(check_id, "handed_over_at", Severity.HARD, message)


@implements("RND-05", "RND-06")
def label_of(form: FormInstance, *, by: User) -> Label:
    """What the bag's label shows; that it was printed is recorded.

    Every part of it is in the record of both arms, and none reveals the product.
    """
    if not by.may(Permission.ENTER_PRODUCT):
        raise PermissionDenied
    record = worklist.record_of(form)
    if not worklist.is_confirmed(form, record):
        raise RandomizationRefused(
            _("Preparer and checker confirm with their passwords first.")
        )
    times, data = _times_of(form), data_of(form, record)
    _require_keeps(data, times)
    with attributed(by=by, via=Source.PAGE):
        _act("label_printed", form)
    return _label(form, data, times)


def _times_of(form: FormInstance) -> BagTimes:
    for preparation in worklist.preparations_of([form]):
        if preparation.times:
            return preparation.times
    message = _("No signed request with a planned start holds for this infusion.")
    raise RandomizationRefused(message)


def _require_keeps(data: FormData, times: BagTimes) -> None:
    """Require that the bag keeps until the time that stands on its label."""
    out_of_storage_at = data.get("out_of_storage_at")
    if out_of_storage_at is None or out_of_storage_at >= times.prepare_from:
        return
    message = _(
        "Taken out of storage before %(at)s, in either arm, this bag does not keep "
        "until the time that its label would say. Prepare another one."
    )
    raise RandomizationRefused(message % {"at": _site_time(times.prepare_from)})


def _site_time(at: datetime) -> str:
    return f"{at.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"


def _label(form: FormInstance, data: FormData, times: BagTimes) -> Label:
    allocation = allocation_selectors.allocation_of(form.participant)
    casebook = casebook_of(form.participant, "DEM", "CNS")
    return Label(
        code=allocation.code if allocation else "",
        participant=form.participant.number,
        sex=sex_word(casebook),
        age_years=age_years(casebook),
        infusion_number=INFUSION_VISITS[form.visit],
        volume_ml=data.get("final_volume_ml"),
        start_before=times.start_before,
    )


def _act(name: str, form: FormInstance, **details: object) -> None:
    details |= {"confidentiality": Confidentiality.RESTRICTED}
    act(name, participant_id=form.participant_id, form_id=form.pk, details=details)
