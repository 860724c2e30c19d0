"""A pregnancy of a participant or a partner, followed until birth."""

from django.utils.translation import gettext_lazy as _

from casebook import items
from casebook.conditions import Answer
from casebook.design import Log
from casebook.items import Section
from casebook.models import CRF
from safety import vocabulary as words

ENDED = Answer(
    "outcome",
    words.PregnancyOutcome.LIVE_BIRTH,
    words.PregnancyOutcome.MISCARRIAGE,
    words.PregnancyOutcome.TERMINATION,
    words.PregnancyOutcome.STILLBIRTH,
)


class Pregnancy(CRF):
    """Onset between consent and month 3; writable after the end of study."""

    who = items.Choice(
        _("Who is pregnant"), words.PregnantPerson, required=True, missing_allowed=False
    )
    partner_consented = items.YesNo(
        _("Has the partner consented to follow-up?"),
        only_if=Answer("who", words.PregnantPerson.PARTNER),
        required=True,
    )
    aware_at = items.DateTime(_("Site aware at"), required=True, missing_allowed=False)
    lmp = items.PartialDate(_("First day of the last period"), required=True)
    due_on = items.Date(_("Expected birth"), required=True, future_allowed=True)
    outcome = items.Choice(_("Outcome"), words.PregnancyOutcome, required=True)
    outcome_on = items.PartialDate(_("Date of outcome"), only_if=ENDED, required=True)
    anomaly = items.YesNo(_("Congenital anomaly?"), only_if=ENDED, required=True)

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 50
        code, title = "PRG", _("Pregnancy")
        sections = (
            Section(
                _("Pregnancy"), "who", "partner_consented", "aware_at", "lmp", "due_on"
            ),
            Section(_("Outcome"), "outcome", "outcome_on", "anomaly"),
        )
        collected = Log()
        row_title = ("who", "aware_at", "outcome")
