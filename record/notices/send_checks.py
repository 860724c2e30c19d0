"""Send checks: what is checked once more at the moment of sending, by occasion.

A room that queues messages declares them in its module `send_checks`. A check sees the
message in the transaction that claims it, its participant locked, and answers where to
send it, why to withhold it, or until when to wait; None when it has no objection.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from record.accounts.services.accounts import password_link
from record.accounts.services.steps import resets_possible_from
from record.notices.models import Channel, Message
from trial_edc.vocabulary import N_


@dataclass(frozen=True)
class Send:
    """Send it now."""

    to: str  # an e-mail address or a telephone number; held in memory alone
    text: str = ""  # what is sent instead of the stored one, which holds no secret


@dataclass(frozen=True)
class Withhold:
    """Do not send it: it is no longer right."""

    reason: str


@dataclass(frozen=True)
class Defer:
    """Let it wait; it is checked again then."""

    until: datetime
    reason: str = ""


# The occasion of a mail whose text holds a mark where the link will stand.
PASSWORD_LINK = "password_link"  # noqa: S105 - the name of an occasion
LINK = "[link]"

SendVerdict = Send | Withhold | Defer
SendCheck = Callable[[Message], SendVerdict | None]
_send_checks: dict[str, list[SendCheck]] = {}


def send_check(*occasions: str) -> Callable[[SendCheck], SendCheck]:
    def declare(check: SendCheck) -> SendCheck:
        for occasion in occasions:
            _send_checks.setdefault(occasion, []).append(check)
        return check

    return declare


@send_check(PASSWORD_LINK)
def write_link(message: Message) -> SendVerdict | None:
    user = message.recipient
    if user is None or not user.email:
        return None
    if user.has_usable_password():
        return Withhold(N_("a password was set meanwhile"))
    if instant := resets_possible_from(user):
        return Defer(instant, N_("the e-mail address was changed lately"))
    return Send(user.email, message.text.replace(LINK, password_link(user)))


def verdict_on(message: Message) -> SendVerdict:
    """Decide what to do with a message: the first answer of a send check counts.

    The address of a user is known here, that of a participant to a send check only.
    """
    if message.recipient and message.address:
        return Send(message.address)  # also of an account that was closed
    if message.recipient and not message.recipient.is_active:
        return Withhold(N_("account closed"))
    for check in _send_checks.get(message.occasion, ()):
        if verdict := check(message):
            return verdict
    if message.recipient and message.channel == Channel.EMAIL:
        address = message.recipient.email
        return Send(address) if address else Withhold(N_("no e-mail address"))
    return Withhold(N_("nobody says where to send this"))
