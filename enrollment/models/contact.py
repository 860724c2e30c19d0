"""CTC, contact details: sealed, never exported."""

from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import PhoneOwner
from record.accounts.roles import Limit, Permission
from record.audit.vault import Purpose
from record.casebook import items
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import SealedCRF


class ContactDetails(SealedCRF):
    """How to reach the participant; identity, for the site alone."""

    purpose = Purpose.IDENTITY

    name = items.Text(_("Name"), required=True, identity=True)
    hospital_no = items.Text(
        _("Hospital number"),
        required=True,
        identity=True,
        guide=_("Finds the same person at a re-screening."),
    )
    phones = items.ItemGroup(
        _("Phones"),
        items={
            "number": items.Text(_("Number"), required=True),
            "owner": items.Choice(_("Owner"), PhoneOwner, required=True),
            "works": items.YesNo(_("Tried, and works?"), required=True),
        },
        required=True,
        identity=True,
    )
    email = items.Text(_("E-mail"), identity=True)
    address = items.Text(_("Address"), rows=2, identity=True)
    best_time = items.Text(_("Best time to call"), identity=True)
    opted_out_at = items.DateTime(
        _("Opted out of messages at"),
        identity=True,
        guide=_("Messages stop at once."),
    )

    class Meta(SealedCRF.Meta):
        pass

    class Design:
        order = 30
        code, title = "CTC", _("Contact details")
        items_within = {Limit.IN_PATIENTS: ("name", "hospital_no")}
        sections = (
            Section(_("Person"), "name", "hospital_no"),
            Section(_("Ways of contact"), "phones", "email", "address", "best_time"),
            Section(_("Opt-out"), "opted_out_at"),
        )
        collected = Once()
        seen_by = Permission.SEE_IDENTITY
