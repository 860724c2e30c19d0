"""Writes of the outcomes room: forms that end, open or close with a participant."""

from record.audit.attribution import Process, Reason, Source, attributed
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services import form_instances
from trial_edc.vocabulary import VisitCode

OUTCOMES = Process("outcomes")
CLOSED = Reason("system", "No second infusion after this withdrawal.")
OPEN_AGAIN = Reason("system", "The withdrawal was revoked.")
INFUSION_2 = ("IRQ", "INF", "VSI")  # the blinded forms of infusion 2, at day 7


def close_infusion_2(participant: Participant, *, via: Source) -> None:
    """Take the untouched forms of infusion 2 off the lists; the visit itself stays."""
    untouched = _infusion_2(participant, FormStatus.NOT_STARTED)
    _mark(untouched, FormStatus.NOT_APPLICABLE, CLOSED, via)


def reopen_infusion_2(participant: Participant, *, via: Source) -> None:
    """Put the forms of infusion 2 back onto the lists."""
    closed = _infusion_2(participant, FormStatus.NOT_APPLICABLE)
    _mark(closed, FormStatus.NOT_STARTED, OPEN_AGAIN, via)


def _infusion_2(participant: Participant, status: FormStatus) -> list[FormInstance]:
    place = {"code__in": INFUSION_2, "visit": VisitCode.DAY_7.value, "revision": 0}
    form_data = FormInstance.objects.filter(participant=participant, **place)
    is_open = {"struck_at": None, "locked_at": None, "frozen_at": None}
    return list(form_data.filter(status=status, **is_open))


def _mark(
    form_data: list[FormInstance], status: FormStatus, reason: Reason, via: Source
) -> None:
    with attributed(by=OUTCOMES, via=via):
        for data in form_data:
            form_instances.mark_status(
                data, status, by=OUTCOMES, reason=reason, via=via
            )
