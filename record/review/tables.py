"""The lists of queries and of forms to verify."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from record.casebook import catalogue
from record.casebook.selectors import in_order_of_numbers
from record.casebook.vocabulary import VerificationState
from trial_edc.tables import CodeColumn, NumberColumn, Table


class QueryTable(Table):
    """Queries, in the order of `queries_visible_to`."""

    row = "record/review/query_line.html"
    attributes: ClassVar = {"class": "table as-lines"}
    per_page = 50  # each with its thread and a box for the answer

    number = NumberColumn(_("No."), order_by="pk")
    state = Column(_("State"))
    priority = Column(_("Priority"))
    participant = CodeColumn(
        _("Participant"),
        order_by=("form__participant", "participant"),
        codes=in_order_of_numbers,
    )
    form = CodeColumn(
        _("Form"),
        order_by=("form__code", "form__visit_number", "form__occurrence", "log"),
        codes=catalogue.designs,
    )
    item = Column(_("Item"), orderable=False)
    thread = Column(_("Thread"), orderable=False)
    due = Column(_("Due"), order_by="due_on")
    days = NumberColumn(_("Days"), order_by="-raised_at")


class VerificationTable(Table):
    """Complete forms, in the order of `complete_forms`."""

    row = "record/review/verification_line.html"

    state = CodeColumn(
        _("State"), order_by="verification", codes=lambda: tuple(VerificationState)
    )
    participant = Column(_("Participant"), order_by="participant_id")
    form = CodeColumn(
        _("Form"), order_by=("code", "visit_number"), codes=catalogue.designs
    )
    saved = Column(_("Saved"), "saved_at")
    verified = NumberColumn(_("Verified"))
    changed = NumberColumn(_("Changed since"))


class SealedVerificationTable(VerificationTable):
    """Sealed forms, which only their lines know."""

    state = Column(_("State"))
    participant = Column(_("Participant"), "form__participant__number")
    form = Column(_("Form"), order_by=("form_place", "form__visit_number"))
    saved = Column(_("Saved"), "form__saved_at")
