"""One form with an item of each type, and a sealed one."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.audit.vault import Purpose
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import AtVisits, Log
from record.casebook.items import Section
from record.casebook.models import CRF, SealedCRF
from tests.sample_room.vocabulary import Place


class Sample(CRF):
    """An item of each type."""

    taken_at = items.DateTime(_("Taken at"), required=True)
    weight_kg = items.Number(
        _("Weight"), unit="kg", decimals=1, hard=(25, 250), soft=(40, 120)
    )
    creatinine = items.Lab(
        _("Creatinine"),
        units={"umol/L": 1, "mg/dL": "88.4"},
        required=True,
        hard=(10, 3000),
        soft=(40, 1500),
    )
    interrupted = items.YesNo(_("Interrupted?"), missing_allowed=False)
    reason = items.Text(_("Reason"), only_if=Answer("interrupted", "Y"), required=True)
    place = items.Choice(_("Place"), Place)
    places = items.MultipleChoice(_("Places"), Place)
    seen_on = items.Date(_("Seen on"))
    began = items.PartialDate(_("Began"), with_time=True)
    at = items.Time(_("At"))
    report = items.File(_("Report"))
    by = items.User(_("By"))
    pauses = items.ItemGroup(
        _("Pauses"),
        items={
            "minutes": items.Number(_("Minutes")),
            "why": items.Text(_("Why")),
        },
    )
    grade = items.Number(_("Grade"), judged=True)

    class Meta(CRF.Meta):
        pass

    class Design:
        code, title = "ZZA", _("Sample")
        sections = (
            Section(_("Sample"), "taken_at", "weight_kg", "creatinine"),
            Section(_("Course"), "interrupted", "reason", "pauses", "grade"),
            Section(
                _("Rest"), "place", "places", "seen_on", "began", "at", "report", "by"
            ),
        )
        collected = AtVisits("ZZZ")
        signature = _("I have reviewed this sample.")


class Secret(SealedCRF):
    """A sealed form."""

    purpose = Purpose.PRODUCT

    product = items.Choice(_("Product"), Place, required=True)
    cells = items.Number(_("Cells"), decimals=2)
    concentration = items.Lab(_("Concentration"), units={"g/L": 1, "g/dL": 10})
    by = items.User(_("By"))
    at = items.DateTime(_("At"))

    class Meta(SealedCRF.Meta):
        pass

    class Design:
        code, title = "ZZB", _("Secret")
        sections = (
            Section(_("Secret"), "product", "cells", "concentration", "by", "at"),
        )
        collected = Log()
        entered_by = (Permission.ENTER_PRODUCT,)
        seen_by = Permission.SEE_PRODUCT
