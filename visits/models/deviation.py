"""Protocol deviations, and the restricted form that may name the product."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from record.accounts.roles import Permission
from record.audit.triggers import Recorded
from record.audit.vault import Purpose
from record.casebook import items
from record.casebook.conditions import Answer, Answered
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF, FormInstance, SealedCRF
from trial_edc.vocabulary import VisitCode
from trial_edc.wording import written_out
from visits.deviations import vocabulary as deviations_vocabulary

FINDING = Section(
    _("Finding"),
    "category",
    "raised_by",
    "rule",
    "visit_concerned",
    "occurred_on",
    "found_on",
    "description",
)
ASSESSMENT = Section(_("Assessment"), "effect", "importance")
RESOLUTION = Section(_("Resolution"), "action", "ethics_on", "resolved_at")


class Deviation(models.Model):
    """The items that both forms of a deviation share."""

    category = items.Choice(
        _("Category"),
        deviations_vocabulary.DeviationCategory,
        required=True,
        missing_allowed=False,
        sdtm="DV.DVCAT",
    )
    raised_by = items.Choice(
        _("Raised by"), deviations_vocabulary.RaisedBy, required=True
    )
    rule = items.Text(
        _("Rule"),
        only_if=Answer("raised_by", deviations_vocabulary.RaisedBy.SYSTEM),
        longest=100,
        sdtm="DV.DVDECOD",
    )
    visit_concerned = items.Choice(
        _("Visit concerned"),
        VisitCode,
        only_if=Answer("raised_by", deviations_vocabulary.RaisedBy.SYSTEM),
    )
    occurred_on = items.Date(_("Occurred on"), required=True, sdtm="DV.DVSTDTC")
    found_on = items.Date(_("Found on"), required=True)
    description = items.Text(
        _("What happened"), rows=4, required=True, sdtm="DV.DVTERM", cdash="DVTERM"
    )
    action = items.Text(_("Measures taken"), rows=3, required=Answered("resolved_at"))
    ethics_on = items.Date(_("Reported to the ethics committee on"))
    resolved_at = items.DateTime(_("Resolved at"))

    class Meta:
        abstract = True


class ProtocolDeviation(Deviation, CRF):
    """A deviation as everybody may read it: no product, lot or dose."""

    effect = items.Choice(
        _("Effect"), deviations_vocabulary.DeviationEffect, required=True, judged=True
    )
    importance = items.Choice(
        _("Class"),
        deviations_vocabulary.Importance,
        required=True,
        missing_allowed=False,
        judged=True,
        guide=_("An important deviation takes the participant out of per protocol."),
        sdtm="SUPPDV.DVCLASS",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 120
        code, title = "DEV", _("Protocol deviation")
        sections = (FINDING, ASSESSMENT, RESOLUTION)
        collected = Log()
        signature = _("I have assessed this deviation and confirm its class.")
        signed_by = Permission.CONFIRM_DEVIATION
        row_title = ("category", "occurred_on")
        guide = _("Name no product, lot or dose here.")


class DeviationFinding(Recorded):
    """What a rule found, and on which form: by this a deviation is recognized.

    The sentences are stored as messages and parameters; people describe the deviation
    in its form.
    """

    deviation = models.OneToOneField(
        FormInstance, models.PROTECT, related_name="finding"
    )
    rule = models.CharField(max_length=100)
    about = models.ForeignKey(FormInstance, models.PROTECT, related_name="+", null=True)
    sentences = models.JSONField()

    class Meta(Recorded.Meta):
        indexes = (models.Index(fields=("rule", "about"), name="finding_of_rule"),)

    @property
    def text(self) -> str:
        return " ".join(map(written_out, self.sentences))

    def described(self, description: str | None) -> str:
        """In the reader's language while the description is still the rule's own."""
        with override("en"):
            is_own = description == self.text
        return self.text if is_own else description or ""


class ProductDeviation(Deviation, SealedCRF):
    """A deviation whose description names the product; for unblinded staff."""

    purpose: ClassVar[Purpose] = Purpose.PRODUCT

    effect = items.Choice(
        _("Effect"), deviations_vocabulary.DeviationEffect, required=True
    )
    importance = items.Choice(
        _("Class"),
        deviations_vocabulary.Importance,
        required=True,
        missing_allowed=False,
    )
    product_given = items.Choice(_("Product given"), deviations_vocabulary.ProductGiven)

    class Meta(SealedCRF.Meta):
        pass

    class Design:
        order = 130
        code, title = "DVP", _("Product deviation")
        sections = (
            FINDING,
            Section(_("Product"), "product_given"),
            ASSESSMENT,
            RESOLUTION,
        )
        collected = Log()
        seen_by = Permission.SEE_PRODUCT
        entered_by = (Permission.ENTER_PRODUCT,)
        row_title = ("category", "occurred_on")
