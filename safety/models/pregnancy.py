"""A pregnancy of a participant or a partner, followed until birth."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from safety import vocabulary as words
from trial_edc.vocabulary import YesNo

ENDED = Answer(
    "outcome",
    words.PregnancyOutcome.LIVE_BIRTH,
    words.PregnancyOutcome.MISCARRIAGE,
    words.PregnancyOutcome.TERMINATION,
    words.PregnancyOutcome.STILLBIRTH,
)

IS_PARTNER = Answer("who", words.PregnantPerson.PARTNER)
# Of a partner who has not consented, no more is kept than that there is a pregnancy.
FOLLOWED = ~IS_PARTNER | Answer("partner_consented", YesNo.YES)


class Pregnancy(CRF):
    """Onset between consent and month 3; writable after the end of study."""

    who = items.Choice(
        _("Who is pregnant"), words.PregnantPerson, required=True, missing_allowed=False
    )
    partner_consented = items.YesNo(
        _("Has the partner consented to follow-up?"),
        only_if=IS_PARTNER,
        required=True,
        guide=_("Without her own consent nothing more is entered about her."),
    )
    aware_at = items.DateTime(_("Site aware at"), required=True, missing_allowed=False)
    lmp = items.PartialDate(
        _("First day of the last period"), only_if=FOLLOWED, required=True
    )
    due_on = items.Date(
        _("Expected birth"), only_if=FOLLOWED, required=True, future_allowed=True
    )
    outcome = items.Choice(
        _("Outcome"),
        words.PregnancyOutcome,
        only_if=FOLLOWED,
        required=True,
        guide=_("Ongoing until the birth: change it then, and say why."),
    )
    outcome_on = items.PartialDate(
        _("Date of outcome"), only_if=FOLLOWED & ENDED, required=True
    )
    anomaly = items.YesNo(
        _("Congenital anomaly?"),
        only_if=FOLLOWED & ENDED,
        required=True,
        guide=_("Yes is a serious event: its report is due within 24 hours."),
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 50
        code, title = "PRG", _("Pregnancy")
        limits = (Limit.SAFETY_FORMS,)
        sections = (
            Section(
                _("Pregnancy"), "who", "partner_consented", "aware_at", "lmp", "due_on"
            ),
            Section(_("Outcome"), "outcome", "outcome_on", "anomaly"),
        )
        collected = Log()
        row_title = ("who", "aware_at", "outcome")
