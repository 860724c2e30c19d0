"""The lists of reports to the sponsor and of the sponsor's cases."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import Column

from safety.reports.selectors.reports import ReportState
from trial_edc.tables import CodeColumn, NumberColumn, Table


class ReportTable(Table):
    """Versions of the reports on serious events, as `listed_reports` has them."""

    row = "safety/reports/report_line.html"
    attributes: ClassVar = {"class": "table versions"}

    state = CodeColumn(_("State"), codes=lambda: [one.value for one in ReportState])
    participant = Column(_("Participant"), "form__participant__number")
    event = Column(_("Event"), "term")
    report = Column(_("Report"), order_by=("form__occurrence", "pk"))
    aware_at = Column(_("Aware"))
    due_at = Column(_("Due"))
    hours = NumberColumn(_("Hours"))
    sent_at = Column(_("Sent"))
    cioms = Column(_("CIOMS I"), orderable=False)


class CaseTable(Table):
    """Versions that were sent, with their assessment; the most urgent first."""

    row = "safety/reports/case_line.html"
    attributes: ClassVar = {"class": "table versions"}

    state = Column(_("State"))
    participant = Column(_("Participant"), "line__participant__number")
    event = Column(_("Event"), "line__term")
    report = Column(_("Report"), order_by=("line__form__occurrence", "line__version"))
    sponsor_aware_at = Column(_("Sponsor aware"))
    cause = Column(pgettext_lazy("of a judgement", "Cause"))
    expected = Column(_("Expected"))
    period = Column(_("Period"), "clock")
    due_on = Column(_("Last day"), "last_day")
    submitted_on = Column(_("Submitted"))
    cioms = Column(_("CIOMS I"), orderable=False)
