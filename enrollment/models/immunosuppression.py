"""IST, steroids and immunosuppressants of the 12 months before consent; feeds E17."""

from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import Drug, DrugClass, DrugRoute
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import YesNo

EXPOSED = Answer("any_exposure", YesNo.YES)
STEROID = EXPOSED & Answer("drug_class", DrugClass.STEROID)
IN_WORDS = EXPOSED & Answer("drug", Drug.OTHER)


class ImmunosuppressiveDrug(CRF):
    """One dose of one drug, or, answered no, that there was none (docs/adr/0011)."""

    any_exposure = items.YesNo(
        _("Any such drug in the last 12 months?"),
        required=True,
        missing_allowed=False,
        guide=_("One row with “no” says that there was none."),
    )
    drug_class = items.Choice(_("Class"), DrugClass, only_if=EXPOSED, required=True)
    drug = items.Choice(
        _("Drug"), Drug, only_if=EXPOSED, required=True, sdtm="CM.CMTRT"
    )
    drug_other = items.Text(
        _("Drug in words"), only_if=IN_WORDS, required=True, names_medicine=True
    )
    route = items.Choice(_("Route"), DrugRoute, only_if=EXPOSED, required=True)
    mg_per_day = items.Number(
        _("Daily dose"),
        unit="mg",
        decimals=3,
        only_if=EXPOSED,
        required=STEROID,
        guide=_("A new row for each change of dose."),
        sdtm="CM.CMDOSE",
    )
    start = items.PartialDate(
        _("Start"), only_if=EXPOSED, required=True, sdtm="CM.CMSTDTC"
    )
    last_dose_change = items.PartialDate(_("Last change of dose"), only_if=EXPOSED)
    switched = items.PartialDate(_("Switched"), only_if=EXPOSED)
    ongoing = items.YesNo(_("Ongoing?"), only_if=EXPOSED, required=True)
    stop = items.PartialDate(
        _("Stop"),
        only_if=EXPOSED & ~Answer("ongoing", YesNo.YES),
        required=Answer("ongoing", YesNo.NO),
        sdtm="CM.CMENDTC",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 60
        code, title = "IST", _("Steroids and immunosuppressants")
        sections = (
            Section(_("Exposure"), "any_exposure"),
            Section(
                _("Drug"), "drug_class", "drug", "drug_other", "route", "mg_per_day"
            ),
            Section(
                _("Dates"), "start", "last_dose_change", "switched", "ongoing", "stop"
            ),
        )
        collected = Log()
        row_title = ("drug", "drug_other", "start")
