"""Writes of the screening log: approach, screen again, close."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.identity import selectors as identity_selectors
from enrollment.identity import services as identity
from enrollment.problems import AlreadyApproached, EnrollmentRefused
from enrollment.screening.facts.participant_status import (
    has_died,
    has_withdrawn,
    is_screening_closed,
)
from enrollment.screening.rules.participant_numbers import participant_number
from enrollment.vocabulary import FAILURE_OF_RESULT, ApproachResult
from record.audit.attribution import Actor, Process, Source, attributed
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.vocabulary import VisitCode

SCREENING = Process("screening")
FORMS_FOR_LIFE = ("DEM", "MHX", "CTC")


def register_person(
    *,
    by: Actor,
    via: Source = Source.PAGE,
    hospital_no: str = "",
    explanations: Mapping[str, str] | None = None,
    client_key: UUID | None = None,
    **values: object,
) -> Participant:
    """Open the screening log for a person approached; the number is for life.

    `values` are items of SCN. The hospital number is looked up and not stored: before
    consent nothing names the person. One that is like another's is a question. An
    approach that ends without consent is closed. The same `client_key` registers a
    person once. Raises `AlreadyApproached`, which is remembered.
    """
    owner = identity_selectors.participant_with_hospital_no(hospital_no)
    if owner:
        identity.refuse_registration(
            owner,
            client_key=client_key,
            age_years=values.get("age_years"),
            sex=values.get("sex"),
            by=by,
            via=via,
        )
        message = _(
            "This person was approached before as %(number)s. Screen again instead."
        )
        raise AlreadyApproached(owner, message % {"number": owner.number})
    with attributed(by=by, via=via):
        wait_for(TransactionLock.NUMBERS)
        if client_key and (earlier := _registered_with(client_key)):
            return earlier
        participant = _new_participant()
        form = form_instances.ensure_form(participant, "SCN", client_key=client_key)
        _save_approach(form, values, by=by, via=via, explanations=explanations)
        identity.ask_about_registration(
            participant, hospital_no=hospital_no, client_key=client_key
        )
    return participant


def _registered_with(client_key: UUID) -> Participant | None:
    return Participant.objects.filter(
        forms__client_key=client_key, forms__code="SCN"
    ).first()


def _new_participant() -> Participant:
    last = Participant.objects.aggregate(last=Max("sequence"))["last"] or 0
    number = participant_number(last + 1)
    return Participant.objects.create(sequence=last + 1, number=number)


def _save_approach(
    form: FormInstance,
    values: Mapping[str, object],
    *,
    by: Actor,
    via: Source,
    explanations: Mapping[str, str] | None = None,
) -> None:
    ended = FAILURE_OF_RESULT.get(values.get("approach_result"))  # type: ignore[call-overload]
    closing = {
        "screening_closed_at": values.get("approached_at"),
        "screen_failure_reason": ended,
    }
    save(
        form,
        {**values, **(closing if ended else {})},
        by=by,
        via=via,
        complete=bool(ended),
        explanations=explanations,
    )


def rescreen(
    participant: Participant, *, by: Actor, via: Source = Source.PAGE, **values: object
) -> FormInstance:
    with attributed(by=by, via=via):
        participant = form_instances.lock(participant)
        casebook = eligibility_selectors.screening_casebook(participant)
        require_rescreenable(casebook)
        number = _next_episode(participant)
        form = form_instances.ensure_form(participant, "SCN", occurrence=number)
        is_consented = bool(casebook.fact("is_consented"))
        carried_over = {
            **carried_over_values(casebook),
            "approach_result": _approach_result(is_consented),
        }
        _save_approach(form, {**carried_over, **values}, by=by, via=via)
        if is_consented:
            create_screening_forms(participant, number)
    return form


def _next_episode(participant: Participant) -> int:
    """A screening struck out keeps its number."""
    used = FormInstance.objects.filter(participant=participant, code="SCN")
    return (used.aggregate(last=Max("occurrence"))["last"] or 0) + 1


def carried_over_values(casebook: Casebook) -> dict[str, object]:
    previous = casebook.one("SCN")
    if previous is None:
        return {}
    values = {item: previous.get(item) for item in ("source", "age_years", "sex")}
    return {**values, "rescreening_of": previous.form_id}


def _approach_result(is_consented: bool) -> str | None:  # noqa: FBT001 - one question, one answer
    return ApproachResult.CONSENTED if is_consented else None


def require_rescreenable(casebook: Casebook) -> None:
    reasons = []
    if casebook.fact("is_randomized"):
        reasons.append(_("A person who was randomized is never screened again."))
    if not is_screening_closed(casebook):
        reasons.append(_("The present screening is not closed yet."))
    if has_died(casebook):
        reasons.append(_("The person has died."))
    if has_withdrawn(casebook):
        reasons.append(_("The person has withdrawn."))
    if reasons:
        raise EnrollmentRefused(*reasons)


def create_screening_forms(participant: Participant, number: int) -> None:
    for code in FORMS_FOR_LIFE:
        form_instances.ensure_form(participant, code)
    form_instances.ensure_form(participant, "ELG", occurrence=number)
    for design in catalogue.at_visit(VisitCode.SCREENING):
        form_instances.ensure_form(
            participant, design.code, visit=VisitCode.SCREENING, occurrence=number
        )


def close_screening(
    participant: Participant,
    *,
    reason: str,
    closed_at: datetime | str,
    by: Actor,
    via: Source = Source.PAGE,
    explanations: Mapping[str, str] | None = None,
    **values: object,
) -> FormInstance:
    """End the present screening without randomization; failed criteria are frozen.

    `values`: further items of SCN that were still open, such as `approach_result`.
    """
    with attributed(by=by, via=via):
        participant = form_instances.lock(participant)
        casebook = eligibility_selectors.screening_casebook(participant)
        if casebook.fact("is_randomized"):
            raise EnrollmentRefused(_("The person has been randomized."))
        screening = casebook.one("SCN")
        if screening is None or screening.get("screening_closed_at"):
            raise EnrollmentRefused(_("There is no open screening."))
        form = form_instances.ensure_form(
            participant, "SCN", occurrence=screening.occurrence
        )
        closing = {"screening_closed_at": closed_at, "screen_failure_reason": reason}
        save(
            form,
            {**closing, **values},
            by=by,
            via=via,
            complete=True,
            explanations=explanations,
        )
    return form
