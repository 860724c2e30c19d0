"""What is asked again before a mail of these pages is sent."""

from entry.worklist import services as digest
from record.notices.models import Message
from record.notices.send_checks import Withhold, guards
from trial_edc import clock


@guards(digest.OCCASION)
def only_on_its_day(message: Message) -> Withhold | None:
    """Hold back a morning's mail of another day: today's tells what waits now."""
    if message.key == digest.key_of(clock.today()):
        return None
    return Withhold("its day is over")
