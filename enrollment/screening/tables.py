"""The screening log."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import NumberColumn, Table


class ScreeningTable(Table):
    """Every screening of every person approached, the last person first."""

    row = "enrollment/screening/screening_line.html"

    number = Column(_("Number"))
    status = Column(_("Status"))
    approached_at = Column(_("Approached"))
    source = Column(_("Source"), "source_term")
    age_years = NumberColumn(_("Age"))
    sex = Column(_("Sex"), "sex_term")
    consented_at = Column(_("Consent"))
    closed_at = Column(_("Closed"))
    reason = Column(_("Reason"), "reason_place")
    failed_criteria = Column(_("Failed or unknown"), "first_criterion")
