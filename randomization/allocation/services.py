"""Randomization of a participant: the next slot, once, in one transaction."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import Eligibility, eligibility_of
from enrollment.eligibility.services.frozen_screening import freeze_screening
from enrollment.identity import services as identity
from randomization.allocation import selectors as allocation_selectors
from randomization.allocation.problems import NotReady
from randomization.allocation.rules.numbers import draw
from randomization.allocation.selectors import FrozenValues, readiness, values_to_freeze
from randomization.lists import selectors as lists_selectors
from randomization.models import Allocation
from randomization.problems import ListExhausted, RandomizationRefused
from randomization.study import selectors as study_selectors
from record.accounts import selectors as accounts_selectors
from record.accounts.models import User
from record.accounts.roles import Permission, Role
from record.audit.attribution import Source, act, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound, Randomized
from record.capture.problems import NotSaved
from record.capture.services import forms as capture
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import row_of
from record.casebook.services import form_instances
from record.notices.services import outbox as notices
from trial_edc import chance, clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_
from trial_edc.wording import Wording

IN_ERROR = N_("Randomized in error: %(reason)s")


@implements("RAN-03", "RND-01", "RND-02")
def randomize(
    participant: Participant, *, by: User, via: Source = Source.PAGE
) -> Allocation:
    """Allocate the next slot; asking twice gives the same one.

    Raises `NotReady` with every reason, or `ListExhausted`; either leaves only the
    record of the attempt.
    """
    if not by.may(Permission.RANDOMIZE):
        raise PermissionDenied
    _compare_people(participant, by=by, via=via)
    try:
        with attributed(by=by, via=via):
            participant = form_instances.lock(participant)
            identity.lock_identities()
            if existing := allocation_selectors.allocation_of(participant):
                return existing
            eligibility = eligibility_of(participant)
            _require_ready(eligibility)
            with clock.not_before(*_causes(eligibility)):
                freeze_screening(eligibility, by=by, via=via)
                frozen_values = values_to_freeze(eligibility)
                return _allocate(participant, frozen_values, by=by, via=via)
    except NotReady as problem:
        reasons = [
            f"{obstacle.code}: {obstacle.message} {obstacle.detail}".strip()
            for obstacle in problem.obstacles
        ]
        _record_refusal(participant, reasons, by=by, via=via)
        raise
    except ListExhausted:
        _record_refusal(participant, ["list exhausted"], by=by, via=via)
        _notify_exhausted(participant, by=by, via=via)
        raise ListExhausted(
            _("The allocation list is used up; the data manager has been told.")
        ) from None


def _compare_people(participant: Participant, *, by: User, via: Source) -> None:
    """What is asked stays asked, also when the randomization is refused."""
    with attributed(by=by, via=via):
        form_instances.lock(participant)
        identity.ask_about_birth(participant)


def _require_ready(eligibility: Eligibility) -> None:
    if obstacles := readiness(eligibility, clock.now()):
        raise NotReady(obstacles)


def _causes(eligibility: Eligibility) -> tuple[datetime | None, ...]:
    """When the person was confirmed, and when the study was opened."""
    confirmation, opened = eligibility.confirmation, study_selectors.last_step()
    return (
        confirmation.at if confirmation else None,
        opened.in_force_at if opened else None,
    )


def _allocate(
    participant: Participant, frozen_values: FrozenValues, *, by: User, via: Source
) -> Allocation:
    slot = lists_selectors.next_slot_for_update()
    used_codes = set(Allocation.objects.values_list("code", flat=True))
    allocation = Allocation.objects.create(
        participant=participant,
        slot=slot,
        code=draw(chance.source(), used_codes),
        randomised_at=clock.now(),
        randomised_by=by,
        screening_digest=frozen_values.digest,
    )
    form = form_instances.ensure_form(participant, "RAN")
    values = {
        "randomised_at": allocation.randomised_at,
        "randomised_by": by.pk,
        "randomisation_no": allocation.code,
        "screening_digest": frozen_values.digest,
        "baseline_umol_l": frozen_values.baseline_umol_l,
        "baseline_source": frozen_values.baseline_source,
        "baseline_sample": frozen_values.baseline_sample,
    }
    capture.save(form, values, by=by, via=via, complete=True, by_system=True)
    act("randomised", participant_id=participant.pk, form_id=form.pk)
    announce(Randomized(participant), by=by, via=via)
    _notify_nearly_exhausted()
    return allocation


def _record_refusal(
    participant: Participant, reasons: list[str], *, by: User, via: Source
) -> None:
    with attributed(by=by, via=via):
        details = {"reasons": reasons}
        act("randomisation_refused", participant_id=participant.pk, details=details)


def _notify_nearly_exhausted() -> None:
    unused = lists_selectors.unused_slot_count()
    if unused > PROTOCOL.randomization.places_left_to_tell:
        return
    notices.queue(
        occasion="list_nearly_exhausted",
        key=f"list_nearly_exhausted:{lists_selectors.slot_count()}",
        to=accounts_selectors.people_in(Role.DM, Role.LC),
        subject=N_("The allocation list is nearly used up"),
        text=N_("%(left)s places are left."),
        details={"left": unused},
    )


def _notify_exhausted(participant: Participant, *, by: User, via: Source) -> None:
    with attributed(by=by, via=via):
        notices.queue(
            occasion="list_exhausted",
            key=f"list_exhausted:{participant.pk}:{lists_selectors.slot_count()}",
            to=accounts_selectors.people_in(Role.DM, Role.LC),
            subject=N_("The allocation list is used up"),
            text=N_(
                "Participant %(number)s could not be randomized and stays eligible."
            ),
            details={"number": participant.number},
        )


def declare_in_error(
    participant: Participant, *, reason: str, by: User, via: Source = Source.PAGE
) -> FormInstance:
    """Record a randomization in error.

    The slot stays used, the schedule goes on, the participant stays in the analysis
    as randomized; an important deviation is raised.
    """
    if not by.may(Permission.JUDGE):
        raise PermissionDenied
    if not written(reason):
        raise RandomizationRefused(_("Say why."))
    with attributed(by=by, via=via):
        participant = form_instances.lock(participant)
        if allocation_selectors.allocation_of(participant) is None:
            raise RandomizationRefused(_("This participant has not been randomized."))
        form = form_instances.ensure_form(participant, "RAN")
        if row_of(form).value_of("in_error"):
            raise RandomizationRefused(_("This is on record already."))
        try:
            _enter_error(participant, form, reason, by=by, via=via)
        except NotSaved as problem:
            raise RandomizationRefused(_refusal_text(problem)) from problem
    return form


def _enter_error(
    participant: Participant, form: FormInstance, reason: str, *, by: User, via: Source
) -> None:
    values = {"in_error": "Y", "in_error_reason": reason}
    saved = capture.save(form, values, by=by, via=via, by_system=True)
    announce(
        DeviationFound(
            participant,
            "randomisation",
            "RAN.in_error",
            dates.site_date(saved.data.values["randomised_at"]),
            (Wording(IN_ERROR, {"reason": written(reason)}),),
            form=form,
            important=True,
        ),
        by=by,
        via=via,
    )


def _refusal_text(problem: NotSaved) -> str:
    findings = getattr(problem, "findings", ())
    reasons = " ".join(Wording(one.message, one.details).text for one in findings)
    return reasons or _("This form is closed; nothing was saved.")
