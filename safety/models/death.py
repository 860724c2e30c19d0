"""The death of a participant."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit
from record.casebook import items
from record.casebook.conditions import Fact
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import CRF
from safety import vocabulary as words

AFTER_CONSENT = Fact("is_consented")


class Death(CRF):
    """Date, place and cause of a death; struck out with a reason when revoked."""

    death_on = items.PartialDate(
        _("Date of death"),
        required=True,
        missing_allowed=False,
        guide=_("As far as it is known; it acts on the schedule at once."),
        sdtm="DM.DTHDTC",
        cdash="DTHDAT",
    )
    death_time = items.Time(_("Time of death"), required=True)
    place = items.Choice(_("Place"), words.DeathPlace, required=True)
    source = items.Choice(_("How the site knows"), words.DeathSource, required=True)
    cause = items.Text(
        _("Cause of death"), required=True, rows=2, sdtm="DD.DDORRES", cdash="PRCDTH"
    )
    cause_category = items.Choice(
        _("Kind of cause"), words.CauseCategory, required=True
    )
    autopsy = items.Choice(_("Autopsy"), words.Autopsy, required=True)
    related_infusion = items.Choice(
        _("Related to the study infusion"),
        words.Causality,
        only_if=AFTER_CONSENT,
        required=True,
        judged=True,
    )
    ae = items.Ref(
        _("Fatal adverse event"),
        form="AE",
        guide=_("It opens by itself once the date of death is saved."),
        only_if=AFTER_CONSENT,
        required=True,
        missing_allowed=False,
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 40
        code, title = "DTH", _("Death")
        limits = (Limit.SAFETY_FORMS,)
        sections = (
            Section(_("Death"), "death_on", "death_time", "place", "source"),
            Section(_("Cause"), "cause", "cause_category", "autopsy"),
            Section(_("Relation"), "related_infusion", "ae"),
        )
        collected = Once()
        is_revocable = opened_on_demand = True
        signature = _("I have reviewed this record of the participant's death.")
