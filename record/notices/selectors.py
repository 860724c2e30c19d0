"""Reads on messages, within what a user may see."""

from collections import Counter

from django.db.models import Count, Q, QuerySet

from record.accounts.models import User
from record.accounts.roles import BlindingClass, Limit, Permission
from record.casebook.models import Participant
from record.notices.models import ClockComparison, Message
from record.notices.phone_numbers import lines_of


def messages_visible_to(user: User) -> QuerySet[Message]:
    """How many go to unblinded people would alone reveal which product is used."""
    messages = Message.objects.select_related("recipient", "participant")
    messages = messages.order_by("-queued_at", "-pk")
    if sees_texts(user):
        blinded = Q(recipient__blinding=BlindingClass.BLINDED)
        return messages.filter(blinded | Q(recipient=None))
    return messages.exclude(recipient__blinding=BlindingClass.UNBLINDED)


def participants_reached_at(number: str) -> QuerySet[Participant]:
    reached = Message.objects.filter(line__in=lines_of(number))
    return Participant.objects.filter(pk__in=reached.values("participant"))


def sees_texts(user: User) -> bool:
    return user.limit(Permission.MESSAGES) != Limit.DELIVERY


def counts_by_state(messages: QuerySet[Message]) -> Counter[str]:
    counts = messages.order_by().values_list("state").annotate(Count("pk"))
    return Counter(dict(counts))


def clock_comparisons() -> QuerySet[ClockComparison]:
    return ClockComparison.objects.order_by("-pk")
