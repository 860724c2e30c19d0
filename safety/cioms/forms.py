"""Form of the page that unblinds a SUSAR."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from randomization.code_breaks.services.code_breaks import CodeBreakDetails
from randomization.forms import LONG_TEXT
from record.accounts.forms import SignedForm
from safety.cioms.services import susar_account
from trial_edc.text_fields import TypedText


class UnblindForm(SignedForm):
    """Why an authority must know the product, with the password."""

    reason = TypedText(
        label=_("What makes it necessary"),
        longest=2000,
        widget=LONG_TEXT,
        help_text=_("Never write an arm or a product here."),
    )
    disclosed_to = TypedText(label=_("Who is told the arm"), longest=500)
    field_order = ("reason", "disclosed_to")

    @property
    def account(self) -> CodeBreakDetails:
        answers: dict[str, Any] = self.cleaned_data
        return susar_account(answers["reason"], answers["disclosed_to"])
