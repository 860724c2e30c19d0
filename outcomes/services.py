"""Close and reopen the forms of infusion 2."""

from record.audit.attribution import Process, Reason, Source, attributed
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services import form_instances
from record.review.services import void_sign_offs
from trial_edc.vocabulary import VisitCode

OUTCOMES = Process("outcomes")
CLOSED = Reason("system", "No second infusion after this withdrawal.")
REOPENED = Reason("system", "The withdrawal was revoked.")
INFUSION_2 = ("IRQ", "INF", "VSI")  # the blinded forms of infusion 2, at day 7


def close_infusion_2(participant: Participant, *, via: Source) -> None:
    untouched = _infusion_2(participant, FormStatus.NOT_STARTED)
    _mark(untouched, FormStatus.NOT_APPLICABLE, CLOSED, via)


def reopen_infusion_2(participant: Participant, *, via: Source) -> None:
    closed = _infusion_2(participant, FormStatus.NOT_APPLICABLE)
    _mark(closed, FormStatus.NOT_STARTED, REOPENED, via)


def _infusion_2(participant: Participant, status: FormStatus) -> list[FormInstance]:
    place = {"code__in": INFUSION_2, "visit": VisitCode.DAY_7.value, "revision": 0}
    forms = FormInstance.objects.filter(participant=participant, **place)
    is_open = {"struck_at": None, "locked_at": None, "frozen_at": None}
    return list(forms.filter(status=status, **is_open))


def _mark(
    forms: list[FormInstance], status: FormStatus, reason: Reason, via: Source
) -> None:
    with attributed(by=OUTCOMES, via=via):
        for form in forms:
            form_instances.mark_status(
                form, status, by=OUTCOMES, reason=reason, via=via
            )
            void_sign_offs(form)
