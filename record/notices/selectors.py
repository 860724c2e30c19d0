"""Which messages somebody may read about."""

from collections import Counter

from django.db.models import Count, Q, QuerySet

from record.accounts.models import User
from record.accounts.roles import BlindingClass, Limit, Permission
from record.casebook.models import Participant
from record.notices.models import Message
from record.notices.phone_numbers import line_of

PARTICIPANTS = "participants"
WHOM = ("staff", PARTICIPANTS)


def messages_visible_to(user: User) -> QuerySet[Message]:
    """Return the messages whose delivery somebody may follow, newest first.

    Those to unblinded people would tell by their number alone which product is used.
    """
    held = Message.objects.select_related("recipient", "participant").order_by("-pk")
    if sees_texts(user):
        blinded = Q(recipient__blinding=BlindingClass.BLINDED)
        return held.filter(blinded | Q(recipient=None))
    return held.exclude(recipient__blinding=BlindingClass.UNBLINDED)


def people_reached_at(number: str) -> QuerySet[Participant]:
    """Return the participants who were written to at a number, as numbers are known."""
    reached = Message.objects.filter(line=line_of(number))
    return Participant.objects.filter(pk__in=reached.values("participant"))


def sees_texts(user: User) -> bool:
    """Tell whether somebody reads what messages say; others see their delivery."""
    return user.limit(Permission.MESSAGES) != Limit.DELIVERY


def narrowed(
    messages: QuerySet[Message], *, whom: str, number: str
) -> QuerySet[Message]:
    """Return the messages to staff or to participants, or to one participant."""
    if whom in WHOM:
        messages = messages.filter(recipient__isnull=whom == PARTICIPANTS)
    if number:
        messages = messages.filter(participant__number__iexact=number)
    return messages


def counts_by_state(messages: QuerySet[Message]) -> Counter[str]:
    counted = messages.order_by().values_list("state").annotate(Count("pk"))
    return Counter(dict(counted))
