"""What narrows the list of messages; an invalid choice counts as none."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from record.notices.models import Message
from record.notices.selectors import sees_texts
from record.review.filters import ParticipantNumberFilter


class MessageFilters(django_filters.FilterSet):
    """Which messages the list shows, apart from their state."""

    whom = django_filters.ChoiceFilter(
        choices=[("participants", ""), ("staff", "")],
        method="written_to",
        widget=forms.HiddenInput,
    )
    number = ParticipantNumberFilter("participant", lookup="iexact")

    def __init__(self, request: HttpRequest, messages: QuerySet[Message]) -> None:
        """Leave the number out for a reader who may not know to whom a message went."""
        super().__init__(request.GET, messages, request=request)
        if not sees_texts(request.user):  # type: ignore[arg-type]
            del self.filters["number"]

    def written_to(
        self, messages: QuerySet[Message], _name: str, whom: str
    ) -> QuerySet[Message]:
        return messages.filter(recipient__isnull=whom == "participants")
