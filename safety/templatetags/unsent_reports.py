"""The banner of serious events whose report was not sent yet."""

from typing import Any

from django import template
from django.urls import reverse

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_see
from record.casebook.models import Participant
from safety.reports.selectors import reports as selectors

register = template.Library()
EVENT_FORMS = ("AE", "SAE", "DTH")


@register.inclusion_tag("safety/reports/unsent_banner.html", takes_context=True)
def unsent_reports(
    context: template.RequestContext,
    participant: Participant,
    *,
    form_code: str = "",
    here: int | None = None,
) -> dict[str, Any]:
    """Shown on pages of a participant; of their forms on those of events alone.

    A report on the page of form `here` needs no link to itself.
    """
    user: User = context["user"]
    is_asked = not form_code or form_code in EVENT_FORMS
    may_read = may_see(user, catalogue.design("SAE"))
    return {
        "lines": selectors.unsent_reports(participant) if is_asked and may_read else (),
        "here": here,
        "reports_page": reverse("safety:reports")
        if user.may(Permission.SIGN_FORM)
        else "",
    }
