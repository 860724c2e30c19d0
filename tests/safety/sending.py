"""A report sent as its line on the page shows it."""

from record.accounts.models import User
from record.casebook.models import FormInstance
from safety.models import SentReport
from safety.reports.selectors.reports import report_lines
from safety.reports.services import reports as services


def send_report(report: FormInstance, *, by: User) -> SentReport:
    lines = {line.form.pk: line.shown for line in report_lines()}
    return services.send_report(report, shown=lines.get(report.pk, ""), by=by)
