"""Participants at the stages of screening, made through the services."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from enrollment.eligibility.selectors import eligibility_of
from enrollment.eligibility.services import confirmation
from enrollment.models import EligibilityConfirmation
from enrollment.screening import services as screening
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services import form_instances
from record.casebook.values import MissingCode
from tests.people import person
from trial_edc import clock

WHY = Reason("wrong", "Typed wrong.")
JUDGEMENTS: Mapping[str, object] = {
    "i4_can_comply": "Y",
    "e1_causes": ["none"],
    **dict.fromkeys(("e3", "e4", "e5", "e6", "e7", "e8", "e10", "e12"), "N"),
    **dict.fromkeys(("e11_arrhythmia_or_severe", "e14", "e15", "e16"), "N"),
    "e18_other": "N",
    "e19": "no",
    "e20": "no",
}


def account(username: str, role: str, name: str = "", **details: object) -> User:
    """Open an account; it can sign in with a password only if one is given."""
    full_name = name or username.title()
    return person(role, username=username, full_name=full_name, **details)


def ago(**time: float) -> datetime:
    """Return an instant so long ago, to the minute."""
    return (clock.now() - timedelta(**time)).replace(second=0, microsecond=0)


def approached(by: User, **values: object) -> Participant:
    """Enter a person into the screening log."""
    values = {
        "approached_at": ago(hours=30),
        "source": "icu",
        "age_years": 57,
        "sex": "M",
        **values,
    }
    return screening.register_person(by=by, **values)


def data(
    participant: Participant, code: str, visit: str = "", occurrence: int = 1
) -> FormInstance:
    return FormInstance.objects.get(
        participant=participant, code=code, visit=visit, occurrence=occurrence
    )


def form_keys(participant: Participant) -> list[tuple[str, str, int]]:
    """Code, visit and occurrence of each form of a participant."""
    forms = FormInstance.objects.filter(participant=participant)
    return sorted(forms.values_list("code", "visit", "occurrence"))


def row(
    participant: Participant, code: str, by: User, **values: object
) -> FormInstance:
    form = form_instances.add_row(participant, code, by=by)
    save(form, values, by=by, complete=True)
    return form


def consent(participant: Participant, by: User, **values: object) -> FormInstance:
    """Record a consent event, the initial one given unless said otherwise."""
    values = {
        "kind": "initial",
        "decision": "given",
        "decided_at": ago(hours=24),
        "version": "1.0",
        "language": "zh",
        "capacity": "Y",
        "capacity_by": by.pk,
        "signer": "participant",
        "witness": MissingCode.NOT_APPLICABLE,
        "obtained_by": by.pk,
        "copy_given": "Y",
        **values,
    }
    return row(participant, "CNS", by, **values)


def consented(by: User, **values: object) -> Participant:
    participant = approached(by, **values)
    consent(participant, by)
    return participant


def creatinine(
    participant: Participant, by: User, value: str, taken_at: datetime
) -> FormInstance:
    """Add a creatinine to the log, still a draft in what eligibility does not read."""
    form = form_instances.add_row(participant, "CRE", by=by)
    save(form, {"sample_at": taken_at, "value": (value, "umol/L")}, by=by)
    finish(form, by)
    return form


def finish(form: FormInstance, by: User) -> None:
    """Mark a form complete, whatever else another room asks for on it."""
    why = Reason("tests", "Eligibility reads nothing else here.")
    with attributed(by=by, via=Source.PAGE, reason=why):
        form.refresh_from_db()
        form.status = FormStatus.COMPLETE
        form.save(update_fields=("status",))


def answer(participant: Participant, by: User, judge: User, **values: object) -> None:
    """Answer the eligibility form: what anybody enters, then the judgements."""
    form = data(participant, "ELG")
    entered = {
        "phone_confirmed": "Y",
        "ultrasound": "Y",
        "urinalysis": "Y",
        "lvef_pct": "60",
        "lvef_method": "echo",
        "lvef_at": ago(days=2),
        "nonrenal_failed_organs": ["none"],
    }
    save(form, entered, by=by)
    save(form, {**JUDGEMENTS, **values}, by=judge, complete=True)


def eligible(by: User, judge: User) -> Participant:
    """Return a person who is eligible on entered data, not yet confirmed."""
    participant = consented(by)
    save(
        data(participant, "DEM"),
        {"birth_date": "1970-03-15", "sex": "M"},
        by=by,
        complete=True,
    )
    creatinine(participant, by, "80", ago(days=40))
    creatinine(participant, by, "85", ago(days=3))
    creatinine(participant, by, "200", ago(days=1, hours=6))
    row(participant, "IST", by, any_exposure="N")
    laboratory = data(participant, "LAB", "SCR")
    panel = {"sampled_at": ago(days=1), "platelets": ("150", "10^9/L")}
    save(laboratory, panel, by=by)
    finish(laboratory, by)
    answer(participant, by, judge)
    return participant


def confirmed(participant: Participant, by: User) -> EligibilityConfirmation:
    """Confirm eligibility with a fresh proof of identity."""
    proof = ReAuthenticated(by.pk, clock.now())
    return confirmation.confirm_eligibility(
        participant,
        shown_digest=eligibility_of(participant).deciding_items.digest,
        proof=proof,
        by=by,
    )
