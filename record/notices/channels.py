"""Channels: e-mail by SMTP, text messages by a gateway."""

from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from record.notices import sms
from record.notices.models import Channel, Message
from trial_edc.vocabulary import N_

NO_GATEWAY = N_("no gateway for text messages is set up")
# Without it nobody would read an answer STOP.
NO_MAILBOX = N_("no mailbox for answers of participants is set up")
NO_PHONE = N_("no telephone of the site is set up, which messages name")


class NotSent(Exception):
    """The message did not leave, as far as is known; it is worth another try."""

    def __init__(self, problem: str, *, may_have_left: bool = False) -> None:
        super().__init__(problem)
        self.may_have_left = may_have_left


# The mail server refused the mail, or never got it. After any other end of a connection
# nobody knows whether the mail was taken.
NOT_TAKEN = (SMTPResponseException, SMTPRecipientsRefused, ValueError)


class DeliveryRefused(Exception):
    """The message will never leave: the number or the text is not accepted."""


class Channels:
    """Connections that stay open from one message to the next."""

    def __init__(self, mail: BaseEmailBackend | None = None) -> None:
        self.mail = mail or get_connection()
        self.gateway = sms.gateway()

    def setup_problem(self, message: Message) -> str:
        if message.channel == Channel.SMS:
            return "" if self.gateway else NO_GATEWAY
        is_to_staff = message.participant_id is None
        return "" if is_to_staff or settings.PARTICIPANT_REPLY_TO else NO_MAILBOX

    def send(self, message: Message, *, to: str, text: str) -> None:
        """Raises `NotSent` or `DeliveryRefused`."""
        if message.channel == Channel.SMS:
            self._send_sms(message, to, text)
        else:
            self._send_mail(message, to, text)

    def _send_sms(self, message: Message, to: str, text: str) -> None:
        if self.gateway is None:
            raise NotSent(NO_GATEWAY)
        try:
            self.gateway.send(to=to, text=text, key=idempotency_key(message))
        except sms.Unreachable as problem:
            raise NotSent(str(problem)) from problem
        except sms.Rejected as problem:
            raise DeliveryRefused(str(problem)) from problem

    def _send_mail(self, message: Message, to: str, text: str) -> None:
        mail = EmailMessage(message.subject, text, settings.DEFAULT_FROM_EMAIL, [to])
        if message.participant_id:
            address_to_participant(mail)
        mail.connection = self.mail
        opened = False
        try:
            self.mail.open()
            opened = True
            mail.send()
        except (SMTPException, OSError, ValueError) as problem:
            self.close()  # the next message opens another connection
            unclear = opened and not isinstance(problem, NOT_TAKEN)
            raise NotSent(str(problem), may_have_left=unclear) from problem

    def close(self) -> None:
        with suppress(SMTPException, OSError):
            self.mail.close()


def setup_problems() -> list[str]:
    needed = (
        (settings.SITE_PHONE, NO_PHONE),
        (settings.SMS_GATEWAY_URL, NO_GATEWAY),
        (settings.PARTICIPANT_REPLY_TO, NO_MAILBOX),
    )
    return [problem for is_there, problem in needed if not is_there]


def address_to_participant(mail: EmailMessage) -> None:
    """Name a neutral sender; an answer that says STOP reaches people who act on it."""
    mail.from_email = settings.PARTICIPANT_FROM_EMAIL
    if reply_to := settings.PARTICIPANT_REPLY_TO:
        mail.reply_to = [reply_to]
        stop = f"<mailto:{reply_to}?subject=STOP>"
        mail.extra_headers["List-Unsubscribe"] = stop


def idempotency_key(message: Message) -> str:
    return f"{message.pk}-{message.times_sent}"
