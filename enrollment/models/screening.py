"""SCN, the screening log."""

from django.utils.translation import gettext_lazy as _

from enrollment.screening.conditions import AtRescreening
from enrollment.vocabulary import ApproachResult, PatientSource, ScreenFailure
from record.casebook import items
from record.casebook.conditions import Answered, Fact
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import Sex


class ScreeningLog(CRF):
    """One line of the screening log; the only form before consent, without a name."""

    approached_at = items.DateTime(
        _("Approached at"), required=True, missing_allowed=False, sdtm="DS.DSSTDTC"
    )
    source = items.Choice(_("Source"), PatientSource, required=True)
    age_years = items.Number(
        _("Age"),
        unit="y",
        required=True,
        soft=(18, 65),
        guide=_("As told; the birth date replaces it after consent."),
    )
    sex = items.Choice(_("Sex"), Sex, required=True)
    approach_result = items.Choice(
        _("Result of approach"), ApproachResult, required=True, missing_allowed=False
    )
    rescreening_of = items.Ref(
        _("Re-screening of"),
        form="SCN",
        required=AtRescreening(),
        only_if=AtRescreening(),
    )
    screening_closed_at = items.DateTime(
        _("Screening closed at"),
        required=~Fact("is_randomized"),
        guide=_("Only where screening ends without randomization."),
    )
    screen_failure_reason = items.Choice(
        _("Reason"),
        ScreenFailure,
        required=True,
        only_if=Answered("screening_closed_at"),
        sdtm="DS.DSDECOD",
    )
    failed_criteria = items.Text(
        _("Failed or unknown criteria"),
        only_if=Answered("screening_closed_at"),
        guide=_("Written by the system when screening is closed, and frozen then."),
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 10
        code, title = "SCN", _("Screening log")
        sections = (
            Section(
                _("Approach"),
                "approached_at",
                "source",
                "age_years",
                "sex",
                "rescreening_of",
                "approach_result",
            ),
            Section(
                _("End of screening"),
                "screening_closed_at",
                "screen_failure_reason",
                "failed_criteria",
            ),
        )
        collected = Once(per_episode=True)
        guide = _("No name and no birth date here.")
        is_revocable = True  # registered in error; the number stays used
