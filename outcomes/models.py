"""Forms: outcomes at day 28 and month 3, contacts, withdrawal, end of study."""

from django.utils.translation import gettext_lazy as _

from outcomes import vocabulary as words
from outcomes.conditions import NoCreatinine
from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.conditions import Answer, AtVisit
from record.casebook.design import AtVisits, Log, Once
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import VisitCode, VitalStatus, WithdrawalKind

ALIVE = Answer("vital_status", VitalStatus.ALIVE)
DEAD = Answer("vital_status", VitalStatus.DEAD)
CHECKED = _("Ask, bring the log up to date, then answer.")
SECTIONS = (
    Section(_("Vital status"), "vital_status", "status_known_on", "status_source"),
    Section(_("Kidney"), "creatinine_missing", "rrt_last_7_days", "transplant"),
    Section(_("Whereabouts"), "where_now"),
    Section(
        _("Logs asked and up to date"),
        "rrt_log_complete",
        "stays_log_complete",
        "events_log_complete",
        "drugs_log_complete",
    ),
)
STATEMENT = _("I have reviewed this outcome and the logs that it rests on.")


class Outcome(CRF):
    """Items that both outcome forms share; values of the logs are not typed again."""

    vital_status = items.Choice(
        _("Vital status"), VitalStatus, required=True, missing_allowed=False
    )
    status_known_on = items.Date(_("Known on"), required=True)
    status_source = items.Choice(_("Known from"), words.StatusSource, required=True)
    creatinine_missing = items.Choice(
        _("Why there is no creatinine inside the window"),
        words.CreatinineMissing,
        only_if=NoCreatinine() & ~DEAD,
        required=True,
    )
    rrt_last_7_days = items.YesNo(
        _("Renal replacement therapy in the last 7 days?"),
        only_if=~DEAD,
        required=ALIVE,
    )
    transplant = items.YesNo(_("Kidney transplant?"), required=AtVisit("M3"))
    where_now = items.Choice(
        _("Where now"), words.WhereNow, only_if=~DEAD, required=ALIVE
    )
    rrt_log_complete = items.YesNo(
        _("Renal replacement therapy"), required=True, guide=CHECKED
    )
    stays_log_complete = items.YesNo(_("Stays"), required=True, guide=CHECKED)
    events_log_complete = items.YesNo(_("Adverse events"), required=True, guide=CHECKED)
    drugs_log_complete = items.YesNo(_("Drugs"), required=True, guide=CHECKED)

    class Meta(CRF.Meta):
        abstract = True


class Day28Outcome(Outcome):
    """Outcome at day 28."""

    class Meta(Outcome.Meta):
        pass

    class Design:
        order = 10
        code, title = "O28", _("Day 28 outcome")
        may_be_not_done = True
        sections = SECTIONS
        collected = AtVisits(VisitCode.DAY_28)
        signature = STATEMENT


class Month3Outcome(Outcome):
    """Outcome at month 3."""

    class Meta(Outcome.Meta):
        pass

    class Design:
        order = 20
        code, title = "OM3", _("Month 3 outcome")
        may_be_not_done = True
        sections = SECTIONS
        collected = AtVisits(VisitCode.MONTH_3)
        signature = STATEMENT


class ContactAttempt(CRF):
    """One attempt to reach a participant; evidence for "lost" and "last alive"."""

    at = items.DateTime(_("When"), required=True, missing_allowed=False)
    channel = items.Choice(_("Channel"), words.ContactChannel, required=True)
    reached = items.Choice(_("Whom"), words.Reached, required=True)
    result = items.Choice(_("Result"), words.ContactResult, required=True)
    alive_on = items.Date(
        _("Confirmed alive on"),
        only_if=~Answer("reached", words.Reached.NOBODY),
        required=Answer("result", words.ContactResult.INFORMED),
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 30
        code, title = "CAL", _("Contact attempt")
        sections = (
            Section(_("Attempt"), "at", "channel", "reached"),
            Section(_("Result"), "result", "alive_on"),
        )
        collected = Log()
        row_title = ("at", "channel", "result")


class Withdrawal(CRF):
    """A withdrawal of one kind; kinds may follow each other."""

    kind = items.Choice(
        _("Kind"),
        WithdrawalKind,
        required=True,
        missing_allowed=False,
        guide=_("What the person wants to stop; data collected before stay."),
        sdtm="DS.DSDECOD",
    )
    on = items.Date(_("Date"), required=True, missing_allowed=False, sdtm="DS.DSSTDTC")
    by = items.Choice(_("By whom"), words.WithdrawnBy, required=True)
    reason = items.Choice(
        _("Reason"),
        words.WithdrawalReason,
        required=True,
        guide=_("Nobody needs to give a reason; never press for one."),
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 40
        code, title = "WDR", _("Withdrawal")
        sections = (Section(_("Withdrawal"), "kind", "on", "by", "reason"),)
        collected = Log()
        row_title = ("kind", "on")


class EndOfStudy(CRF):
    """How the study ended for a randomized participant; it changes no visit."""

    reason = items.Choice(
        _("Reason"),
        words.EndReason,
        required=True,
        missing_allowed=False,
        sdtm="DS.DSDECOD",
    )
    on = items.Date(_("Date"), required=True, sdtm="DS.DSSTDTC")

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 50
        code, title = "EOS", _("End of study")
        opened_on_demand = True
        sections = (Section(_("End of study"), "reason", "on"),)
        collected = Once()
        signature = _("The study has ended for this participant; the record is final.")
        signed_by = Permission.SIGN_CASEBOOK
