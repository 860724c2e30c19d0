"""CNS, informed consent: one row for each time that somebody decided."""

from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import (
    ConsentDecision,
    ConsentKind,
    ConsentLanguage,
    MessageChannel,
    MessageLanguage,
    Relation,
    Signer,
)
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF

CONTACT_GIVEN = Answer("kind", ConsentKind.CONTACT) & Answer(
    "decision", ConsentDecision.GIVEN
)


class InformedConsent(CRF):
    """One consent event; age, E9 and E17 count from the initial one."""

    kind = items.Choice(_("Kind"), ConsentKind, required=True, missing_allowed=False)
    decision = items.Choice(
        _("Decision"), ConsentDecision, required=True, missing_allowed=False
    )
    decided_at = items.DateTime(
        _("Signed at"),
        required=True,
        missing_allowed=False,
        sdtm="DS.DSSTDTC",
        guide=_("By a representative: the time of the representative's signature."),
    )
    version = items.Listed(
        _("Document version"),
        options_from="enrollment.consent.selectors.version_options",
        required=True,
        guide=_("The version that was in force on the day of signing."),
    )
    language = items.Choice(_("Language"), ConsentLanguage, required=True)
    capacity = items.YesNo(
        _("Able to decide at signing?"), required=True, missing_allowed=False
    )
    capacity_by = items.User(_("Capacity judged by"), required=True)
    signer = items.Choice(_("Signed by"), Signer, required=True, missing_allowed=False)
    relation = items.Choice(
        _("Relation to the participant"),
        Relation,
        only_if=Answer("signer", Signer.REPRESENTATIVE),
        required=True,
    )
    witness = items.YesNo(
        _("Impartial witness?"),
        required=True,
        guide=_("Not applicable (NA) where the signer can read."),
    )
    obtained_by = items.User(
        _("Consent obtained by"), required=True, missing_allowed=False
    )
    copy_given = items.YesNo(_("Copy given?"), required=True)
    channel = items.MultipleChoice(
        _("Contact channel"), MessageChannel, only_if=CONTACT_GIVEN, required=True
    )
    recipient = items.Choice(
        _("Recipient of messages"), Signer, only_if=CONTACT_GIVEN, required=True
    )
    message_language = items.Choice(
        _("Language of messages"), MessageLanguage, only_if=CONTACT_GIVEN, required=True
    )
    signed_scan = items.File(
        _("Signed form"), identity=True, guide=_("PDF or JPEG, at most 10 MB.")
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 20
        code, title = "CNS", _("Informed consent")
        checked_scan = "signed_scan"
        sections = (
            Section(_("Decision"), "kind", "decision", "decided_at"),
            Section(_("Document"), "version", "language", "copy_given", "signed_scan"),
            Section(
                _("Signer"), "capacity", "capacity_by", "signer", "relation", "witness"
            ),
            Section(_("Obtained by"), "obtained_by"),
            Section(
                _("Contact by message"), "channel", "recipient", "message_language"
            ),
        )
        collected = Log()
        row_title = ("kind", "decision", "decided_at")
