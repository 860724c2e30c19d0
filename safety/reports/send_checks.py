"""Checks of a message on a deadline right before it is sent."""

from record.notices.models import Message
from record.notices.send_checks import SendVerdict, Withhold, send_check
from safety.reports.selectors.reports import report_lines
from safety.reports.services.escalation import OCCASIONS, missed_deadlines
from trial_edc.requirements import implements


@send_check(*OCCASIONS)
@implements("SAF-11")
def is_still_missed(message: Message) -> SendVerdict | None:
    """Withhold it when the report was sent, assessed, submitted or withdrawn."""
    occasion, form_id, _step = message.key.split(":")
    lines = report_lines(of_report=int(form_id))
    missed = {
        (deadline.occasion, deadline.line.form.pk)
        for deadline in missed_deadlines(lines)
    }
    is_due = (occasion, int(form_id)) in missed
    return None if is_due else Withhold("done or taken back since")
