"""The product of an infusion: created by the request, checked against arm and lot."""

from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from randomization.arms import arm_of, arms_of
from randomization.problems import RandomizationRefused as LotRefused
from randomization.product.rules.stock import why_unusable
from randomization.product.selectors import lots
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.selectors.preparation_worklist import Preparation
from randomization.product.services.lots import DispensedContainers, dispense
from randomization.study import selectors as study_selectors
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Source, act, attributed
from record.audit.events import announce
from record.audit.models import Confidentiality
from record.audit.pseudonyms import pseudonym_of
from record.capture.events import DeviationFound
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.casebook.checks import Finding
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import data_of, row_of
from record.casebook.services import form_instances
from record.review.problems import ReviewRefused
from trial_edc import clock, dates
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity
from trial_edc.wording import Wording


@implements("INF-05")
def require_infusions_not_paused(request: FormInstance) -> None:
    decision = data_of(request, row_of(request)).get("decision")
    if decision == "go" and study_selectors.infusions_paused_at():
        raise ReviewRefused(
            _("Infusions are paused: this request cannot be signed now.")
        )


def create_product_record(request: FormInstance) -> FormInstance | None:
    data = data_of(request, row_of(request))
    if data.get("decision") != "go":
        return None
    form = form_instances.ensure_form(request.participant, "PRD", visit=request.visit)
    planned_start_at = data.get("planned_start_at")
    form.due_on = (
        dates.site_date(planned_start_at) if planned_start_at else clock.today()
    )
    form.save(update_fields=("due_on",))
    return form


def clear_product_due_date(request: FormInstance) -> None:
    FormInstance.objects.filter(
        participant=request.participant,
        code="PRD",
        visit=request.visit,
        status=FormStatus.NOT_STARTED,
    ).update(due_on=None)


@implements("RND-04", "RND-05")
def preparations_with_arms(*, by: User) -> list[Preparation]:
    return _with_arms(worklist.preparations(), by=by)


@implements("RND-04", "RND-05")
def preparation_with_arm(form: FormInstance, *, by: User) -> Preparation | None:
    preparations = _with_arms(worklist.preparations_of([form]), by=by)
    return preparations[0] if preparations else None


def _with_arms(preparations: list[Preparation], *, by: User) -> list[Preparation]:
    """Add the arms for those who see them through the product record (note g)."""
    if not (by.may(Permission.SEE_PRODUCT) and by.may(Permission.SEE_ARM)):
        raise PermissionDenied
    if not preparations:
        return []
    participants = {
        preparation.participant.pk: preparation.participant
        for preparation in preparations
    }
    with attributed(by=by, via=Source.PAGE):
        for pk in participants:
            _record_view(pk, "preparation")
        arms = arms_of(participants.values())
    return [
        replace(preparation, arm=arms[preparation.participant.pk])
        for preparation in preparations
    ]


def _record_view(participant_id: int, purpose: str) -> None:
    details = {"purpose": purpose, "confidentiality": Confidentiality.RESTRICTED}
    act("arm_seen", participant_id=pseudonym_of(participant_id), details=details)


def require_lot_and_allocation_to_match(saved: Saved) -> None:
    findings = [*_lot_findings(saved), *_product_findings(saved)]
    if findings:
        raise SaveRefused(findings)


def _lot_findings(saved: Saved) -> Iterable[Finding]:
    number = saved.data.get("lot")
    if number is None or not saved.changed & {"lot", "product"}:
        return
    lot = lots.lot_of(number)
    assert lot is not None  # noqa: S101 - the item takes lots of the register alone
    if saved.data.get("product") not in (None, lot.content["product"]):
        message = N_("This lot is another product.")
        yield Finding("PRD-12", "lot", Severity.HARD, message)
    prepared_at = saved.data.get("prepared_at") or clock.now()
    if "lot" in saved.changed and (why := why_unusable(lot.content, prepared_at)):
        yield Finding("PRD-13", "lot", Severity.HARD, why)


def dispense_from_lot(saved: Saved) -> None:
    data = saved.data
    at = data.get("out_of_storage_at") or data.get("prepared_at") or clock.now()
    dispensed = DispensedContainers(
        form=saved.form,
        lot=data.get("lot") or "",
        lot_before=saved.before.get("lot") or "",
        containers=data.get("containers"),
        at=at,
    )
    try:
        dispense(dispensed, by=saved.by)
    except LotRefused as problem:
        finding = Finding("PRD-15", "containers", Severity.HARD, str(problem))
        raise SaveRefused([finding]) from problem


def _product_findings(saved: Saved) -> Iterable[Finding]:
    product, answer = saved.data.get("product"), saved.data.get("as_allocated")
    if product is None or answer is None:
        return
    if (product == arm_of(saved.participant)) != (answer == "Y"):
        message = N_("This answer does not fit product and allocation.")
        yield Finding("PRD-14", "as_allocated", Severity.HARD, message)


def raise_wrong_product_deviation(saved: Saved) -> None:
    """The restricted deviation, and the blinded one that does not say what was wrong.

    The blinded one is dated by the planned start, which is the same in both arms.
    """
    if saved.data.get("as_allocated") != "N":
        return
    at = saved.data.get("prepared_at") or clock.now()
    rule = f"PRD.as_allocated.{saved.form.visit}"
    announce(
        DeviationFound(
            saved.participant,
            "infusion",
            f"PRD.preparation.{saved.form.visit}",
            saved.form.due_on or clock.today(),
            (Wording(N_("The product was not prepared as the protocol asks.")),),
            important=True,
        ),
        by=saved.by,
        via=saved.via,
    )
    if any(row.get("rule") == rule for row in saved.casebook.rows("DVP")):
        return
    form = form_instances.add_row(saved.participant, "DVP", by=saved.by, via=saved.via)
    values = {
        "category": "infusion",
        "raised_by": "SYS",
        "rule": rule,
        "occurred_on": dates.site_date(at),
        "found_on": clock.today(),
        "description": "The product is not the allocated one.",
        "product_given": saved.data.get("product"),
    }
    capture.save(form, values, by=saved.by, via=saved.via)
