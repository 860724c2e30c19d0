"""What is checked once more when a message on a deadline is about to leave."""

from record.notices.models import Message
from record.notices.send_checks import SendVerdict, Withhold, send_check
from safety.reports.selectors.reports import report_lines
from safety.reports.services.escalation import OCCASIONS, missed_by
from trial_edc.requirements import implements


@send_check(*OCCASIONS)
@implements("SAF-11")
def is_still_missed(message: Message) -> SendVerdict | None:
    """Withhold what has been sent, assessed, submitted or taken back since."""
    occasion, form_id, _step = message.key.split(":")
    lines = report_lines(of_report=int(form_id))
    missed = {(one.occasion, one.line.form.pk) for one in missed_by(lines)}
    is_right = (occasion, int(form_id)) in missed
    return None if is_right else Withhold("done or taken back since")
