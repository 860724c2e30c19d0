"""Guards: what is asked again at the moment of sending, by occasion.

A room that queues messages may guard them, in its module `guards`. A guard sees the
message in the transaction that claims it, a participant locked, and answers where to
send it, why to withhold it, or until when to wait; None when it has nothing to say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from record.notices.models import Channel, Message
from trial_edc.vocabulary import N_


@dataclass(frozen=True)
class Send:
    """Send it now."""

    to: str  # an e-mail address or a telephone number; held in memory alone


@dataclass(frozen=True)
class Withhold:
    """Do not send it: it is no longer right."""

    reason: str


@dataclass(frozen=True)
class Defer:
    """Let it wait; it is asked about again then."""

    until: datetime
    reason: str = ""


SendVerdict = Send | Withhold | Defer
Guard = Callable[[Message], SendVerdict | None]
_guards: dict[str, list[Guard]] = {}


def guards(*occasions: str) -> Callable[[Guard], Guard]:
    def declare(guard: Guard) -> Guard:
        for occasion in occasions:
            _guards.setdefault(occasion, []).append(guard)
        return guard

    return declare


def judge(message: Message) -> SendVerdict:
    """Return what to do with a message: the first guard that has something to say.

    Of users the address is known here; that of a participant only a guard knows.
    """
    if message.recipient and not message.recipient.is_active:
        return Withhold(N_("account closed"))
    for guard in _guards.get(message.occasion, ()):
        if verdict := guard(message):
            return verdict
    if message.recipient and message.channel == Channel.EMAIL:
        address = message.recipient.email
        return Send(address) if address else Withhold(N_("no e-mail address"))
    return Withhold(N_("nobody says where to send this"))
