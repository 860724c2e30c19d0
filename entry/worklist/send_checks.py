"""What is checked once more before a mail of these pages is sent."""

from entry.worklist import services as digest
from record.notices.models import Message
from record.notices.send_checks import Withhold, send_check
from trial_edc import clock


@send_check(digest.OCCASION)
def only_on_its_day(message: Message) -> Withhold | None:
    """Withhold a morning's mail of another day: today's mail lists what is due now."""
    if message.key == digest.key_of(clock.today()):
        return None
    return Withhold("its day is over")
