"""A small trial up to randomization, made through the services."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from enrollment.eligibility.selectors import eligibility_of
from enrollment.eligibility.services import confirmation
from enrollment.screening import services as screening
from randomization.allocation.services import randomize
from randomization.infusion_plan import services as infusion_plan
from randomization.lists.services import allocation_list
from randomization.models import AllocationList, LotRecord, PreparationCheck
from randomization.product.selectors.preparation_worklist import preparations_of
from randomization.product.services import lots, preparation
from randomization.study import services as study
from randomization.vocabulary import MovementKind, StudyStatus
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source, attributed
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook import catalogue, engine
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.services import form_instances
from record.casebook.values import MissingCode
from tests.people import STAGE, person
from tests.shown import revision
from trial_edc import clock
from trial_edc.protocol import PROTOCOL, InfusionPlan

# As words: three letters in a row come up by chance in any long sealed text.
READABLE = re.compile(r"(?<![A-Za-z0-9+/])(MSC|SALINE|block)(?![A-Za-z0-9+/])")
# For the lists of these tests; those of the trial are in no file.
BLOCK_SIZES = (2, 8)
NO = dict.fromkeys(
    (
        *(f"e{n}" for n in (3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16)),
        "e11_arrhythmia_or_severe",
        "e18_other",
    ),
    "N",
)


def proof_of(user: User) -> ReAuthenticated:
    """Return what a password typed just now would give."""
    return ReAuthenticated(user.pk, clock.now())


def colleague(role: str) -> User:
    """Return the person of that role, made once."""
    return User.objects.filter(role=role).first() or person(role)


def sealed_list() -> AllocationList:
    custodian, approver = colleague("LC"), colleague("US")
    draft = allocation_list.generate_draft(block_sizes=BLOCK_SIZES, by=custodian)
    allocation_list.approve(draft, by=approver)
    return allocation_list.seal_list(draft, by=custodian)


def planned_infusion(
    plan: InfusionPlan = PROTOCOL.infusion.precedent, amendment: str = ""
) -> None:
    version = infusion_plan.enter_plan(
        plan, reason="as in the protocol", amendment=amendment, by=colleague("PI")
    )
    infusion_plan.approve_plan(version, by=colleague("SO"))


def staff() -> None:
    """Everybody whom go-live asks for."""
    for number in range(2):
        person("IN", username=f"in{number}")
        person("AD", username=f"ad{number}")
        person("SO", username=f"so{number}")
        person("UP", username=f"up{number}")
    colleague("UM")


def open_study() -> None:
    """Take the study into operation, as go-live asks."""
    staff()
    sealed_list()
    planned_infusion()
    change = study.change_status(
        StudyStatus.OPEN, reason="all is ready", by=colleague("PI")
    )
    study.confirm_status(change, by=colleague("SO"))


def enter(form: FormInstance, by: User, values: Mapping[str, Any]) -> FormInstance:
    """Complete a form; what is needed and not given was not done."""
    draft = save(form, values, by=by, via=Source.PAGE)
    design = catalogue.design(form.code)
    pending = engine.pending_items(design, draft.data, casebook_of(form.participant))
    missing = {
        name: MissingCode.NOT_DONE
        for name in pending
        if design.items[name].facts.missing_allowed
    }
    save(form, missing, by=by, via=Source.PAGE, complete=True)
    form.refresh_from_db()
    return form


def form_of(participant: Participant, code: str, visit: str = "") -> FormInstance:
    """Return a form that hangs in the casebook; it is hung if it is not there."""
    with attributed(by=STAGE, via=Source.COMMAND):
        return form_instances.ensure_form(participant, code, visit=visit)


def row(participant: Participant, code: str) -> FormInstance:
    return form_instances.add_row(participant, code, by=STAGE, via=Source.COMMAND)


def eligible() -> Participant:
    """Bring somebody to an eligible verdict, not yet confirmed."""
    investigator = colleague("IN")
    now = clock.now().replace(second=0, microsecond=0)
    ago = lambda hours: now - timedelta(hours=hours)  # noqa: E731 - short
    participant = screening.register_person(
        by=investigator, approached_at=ago(8), source="icu", age_years=50, sex="M"
    )
    consent = {
        "kind": "initial",
        "decision": "given",
        "decided_at": ago(6),
        "version": "1.0",
        "language": "zh",
        "capacity": "Y",
        "capacity_by": investigator.pk,
        "signer": "participant",
        "witness": MissingCode.NOT_APPLICABLE,
        "obtained_by": investigator.pk,
        "copy_given": "Y",
    }
    enter(row(participant, "CNS"), investigator, consent)
    person_is = {"birth_date": birth_of(participant), "sex": "M", "ethnic_group": "han"}
    enter(form_of(participant, "DEM"), investigator, person_is)
    phone = {"number": "138 0000 1234", "owner": "participant", "works": "Y"}
    contact = {"hospital_no": f"ZY-{participant.sequence:05d}", "phones": [phone]}
    save(form_of(participant, "CTC"), contact, by=investigator)
    for hours, value in ((24 * 60, 80), (40, 90), (10, 200)):
        sample = {"sample_at": ago(hours), "value": (value, "umol/L"), "place": "ward"}
        enter(row(participant, "CRE"), investigator, sample)
    enter(row(participant, "IST"), investigator, {"any_exposure": "N"})
    panel = {"sampled_at": ago(5), "platelets": (180, "10^9/L")}
    enter(form_of(participant, "LAB", "SCR"), investigator, panel)
    enter(form_of(participant, "ELG"), investigator, judgements(ago(20)))
    return participant


def birth_of(participant: Participant) -> date:
    """Each 50 years old, and born on a day of their own."""
    first = clock.today().replace(year=clock.today().year - 50, day=1)
    return first - timedelta(days=participant.sequence)


def judgements(measured_at: Any) -> dict[str, Any]:
    """Return answers that speak against nobody."""
    return {
        **NO,
        "i4_can_comply": "Y",
        "phone_confirmed": "Y",
        "e1_causes": ["none"],
        "ultrasound": "Y",
        "urinalysis": "Y",
        "lvef_pct": 60,
        "lvef_method": "echo",
        "lvef_at": measured_at,
        "nonrenal_failed_organs": ["none"],
        "e19": "no",
        "e20": "no",
    }


def ready() -> Participant:
    """Bring somebody to the point where randomization is possible."""
    participant = eligible()
    confirm(participant)
    return participant


def confirm(participant: Participant) -> None:
    """Let an investigator confirm eligibility as it stands."""
    investigator = colleague("IN")
    confirmation.confirm_eligibility(
        participant,
        shown_digest=eligibility_of(participant).deciding_items.digest,
        proof=proof_of(investigator),
        by=investigator,
    )


def confirm_preparation(
    record: FormInstance, *, proof: ReAuthenticated, by: User
) -> PreparationCheck:
    """Confirm a preparation as its page shows it now."""
    (shown,) = preparations_of([record])
    return preparation.confirm_preparation(
        record, shown_digest=shown.digest, proof=proof, by=by
    )


def values_of(form: FormInstance) -> Mapping[str, Any]:
    return data_of(form, row_of(form)).values


def randomized_participant() -> Participant:
    participant = ready()
    randomize(participant, by=colleague("CO"))
    return participant


def requested(participant: Participant, visit: str = "D0") -> FormInstance:
    """Let an investigator request an infusion and sign; return the request."""
    investigator, now = colleague("IN"), clock.now().replace(microsecond=0)
    request = {
        "planned_start_at": now + timedelta(hours=2),
        "dosing_weight_kg": 70,
        "weighed_at": now,
        "weight_source": "bed_scale",
        **dict.fromkeys(
            (
                "ventilated_now",
                "unstable_now",
                "vasopressor_rising_now",
                "infection_uncontrolled_now",
                "consent_withdrawn_now",
            ),
            "N",
        ),
        "decision": "go",
    }
    form = enter(form_of(participant, "IRQ", visit), investigator, request)
    sign_form(
        form,
        shown_revision=revision(form),
        proof=proof_of(investigator),
        by=investigator,
    )
    return form


def lot(product: str = "MSC", **changes: str) -> LotRecord:
    values = {
        "lot": f"{product}-7",
        "product": product,
        "manufacturer": "Cell Works",
        "donor_code": "D-1" if product == "MSC" else "",
        "passage": "4" if product == "MSC" else "",
        **dict.fromkeys(("sterility", "mycoplasma", "endotoxin"), "pass"),
        "viability_pct": "95",
        "certificate": "C-1",
        "status": "released",
        "expires_at": (clock.now() + timedelta(days=30)).isoformat(),
        "storage": "ln2",
        **changes,
    }
    return lots.register_lot(values, by=colleague("UP"))


def stocked(product: str = "MSC", containers: int = 5, **changes: str) -> LotRecord:
    """Enter a lot, and the day before containers of it."""
    record, at = lot(product, **changes), clock.now() - timedelta(days=1)
    return lots.record_movement(
        record,
        kind=MovementKind.RECEIVED,
        amount=str(containers),
        at=at.isoformat(),
        by=colleague("UP"),
    )
