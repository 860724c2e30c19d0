"""RAN: what everybody may know of a randomization; no arm is here."""

from django.utils.translation import gettext_lazy as _

from enrollment.eligibility.rules.states import BaselineSource
from record.accounts.roles import Limit, Permission
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import CRF

FROZEN = (
    "randomised_at",
    "randomised_by",
    "randomisation_no",
    "baseline_umol_l",
    "baseline_source",
    "baseline_sample",
    "screening_digest",
)
HAS_BASELINE = ~Answer("baseline_source", "missing")


class RandomizationRecord(CRF):
    """Time, person, number, and the baseline frozen at that moment."""

    randomised_at = items.DateTime(
        _("Randomized at"), required=True, missing_allowed=False, sdtm="DS.DSSTDTC"
    )
    randomised_by = items.User(_("Randomized by"), required=True, missing_allowed=False)
    randomisation_no = items.Text(
        _("Randomization number"),
        required=True,
        missing_allowed=False,
        sdtm="DS.DSREFID",
    )
    baseline_source = items.Choice(
        _("Source of the baseline"),
        BaselineSource,
        required=True,
        missing_allowed=False,
    )
    baseline_umol_l = items.Number(
        _("Frozen baseline creatinine"),
        unit="µmol/L",
        decimals=10,
        max_digits=24,
        only_if=HAS_BASELINE,
        required=HAS_BASELINE,
        missing_allowed=False,
    )
    baseline_sample = items.Ref(
        _("Sample of the baseline"), form="CRE", only_if=HAS_BASELINE
    )
    screening_digest = items.Text(
        _("Digest of the screening values used"), required=True, missing_allowed=False
    )
    in_error = items.YesNo(_("Randomized in error?"), missing_allowed=False)
    in_error_reason = items.Text(
        _("Why in error"),
        only_if=Answer("in_error", "Y"),
        required=Answer("in_error", "Y"),
        missing_allowed=False,
        rows=3,
    )

    class Meta(CRF.Meta):
        db_table = "randomization_randomisationrecord"  # as the audit trail names it

    class Design:
        order = 10
        code, title = "RAN", _("Randomization record")
        limits = (Limit.INFUSION_TIMES,)
        items_within = {
            Limit.INFUSION_TIMES: (
                "randomised_at",
                "randomised_by",
                "randomisation_no",
            )
        }
        sections = (
            Section(_("Randomization"), *FROZEN[:3]),
            Section(_("Frozen screening values"), *FROZEN[3:]),
            Section(_("Randomized in error"), "in_error", "in_error_reason"),
        )
        collected = Once()
        entered_by = (Permission.RANDOMIZE,)
        system_made = True
