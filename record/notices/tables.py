"""The lists of messages."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import Column

from trial_edc.tables import NumberColumn, Table

TO = pgettext_lazy("recipient", "To")


class MessageTable(Table):
    """Messages, the newest first."""

    row = "record/notices/message_line.html"
    attributes: ClassVar = {"class": "table as-lines"}

    state = Column(_("State"))
    to = Column(TO, order_by=("participant__number", "recipient__full_name"))
    message = Column(_("Message"), orderable=False)
    queued = Column(_("Queued"), "queued_at")
    sent = Column(_("Sent"), "sent_at")
    attempts = NumberColumn(_("Attempts"))


class ClockTable(Table):
    """Comparisons of the clocks with time servers, the newest first."""

    row = "record/notices/clock_line.html"

    at = Column(_("Time"))
    server = Column(_("Time server"))
    machine = NumberColumn(_("Application, s"), "machine_seconds")
    database = NumberColumn(_("Database, s"), "database_seconds")
    way = NumberColumn(_("Way there and back, s"), "way_seconds")
    result = Column(_("Result"), orderable=False)


class DeliveryTable(MessageTable):
    """The same for who may not know to whom they went: their order would tell."""

    to = Column(TO, orderable=False)
