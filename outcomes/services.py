"""Writes of the outcomes room: sheets that end, open or close with a participant."""

from audit.attribution import Process, Reason, Via, attributed
from casebook import services as casebook
from casebook.models import FormInstance, FormStatus, Participant

OUTCOMES = Process("outcomes")
CLOSED = Reason("system", "No second infusion after this withdrawal.")
OPEN_AGAIN = Reason("system", "The withdrawal was revoked.")
INFUSION_2 = ("IRQ", "INF", "VSI")  # the blinded sheets of infusion 2, at day 7


def close_infusion_2(participant: Participant, *, via: Via) -> None:
    """Take the untouched sheets of infusion 2 off the lists; the visit itself stays."""
    _move(participant, FormStatus.NOT_STARTED, FormStatus.NOT_APPLICABLE, CLOSED, via)


def reopen_infusion_2(participant: Participant, *, via: Via) -> None:
    """Put the sheets of infusion 2 back onto the lists."""
    _move(
        participant, FormStatus.NOT_APPLICABLE, FormStatus.NOT_STARTED, OPEN_AGAIN, via
    )


def _move(
    participant: Participant,
    from_status: FormStatus,
    to_status: FormStatus,
    reason: Reason,
    via: Via,
) -> None:
    sheets = FormInstance.objects.filter(
        participant=participant,
        code__in=INFUSION_2,
        visit="D7",
        status=from_status,
        revision=0,
        struck_at=None,
    )
    with attributed(by=OUTCOMES, via=via):
        for sheet in sheets:
            casebook.mark_status(sheet, to_status, by=OUTCOMES, reason=reason, via=via)
