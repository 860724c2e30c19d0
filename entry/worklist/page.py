"""The hint on an empty list of work: what will appear, and where to go meanwhile."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from record.accounts.models import User
from record.accounts.roles import Permission
from trial_edc.context import page_for


@dataclass(frozen=True, slots=True)
class Hint:
    """The words, and a page with its name; the first that fits a person counts."""

    permission: Permission | None
    text: Any
    page: str = ""
    action: Any = ""


HINTS = (
    Hint(
        Permission.ENTER_CRF,
        _("Due visits, queries, drafts and forms to sign appear here."),
        "entry:matrix",
        _("Participants"),
    ),
    Hint(
        Permission.ENTER_BEDSIDE,
        _("Infusions allowed or running and queries on bedside forms appear here."),
        "entry:matrix",
        _("Participants"),
    ),
    Hint(
        Permission.VERIFY,
        _("Forms to verify and answered queries appear here."),
        "review:verification",
        _("Verification"),
    ),
    Hint(
        Permission.CLOSE_QUERY,
        _("Answered queries and drafts of yours appear here."),
        "review:queries",
        _("Queries"),
    ),
    Hint(
        Permission.LIST_GENERATE,
        _("The allocation list is made, sealed and watched over under Lists."),
        "randomization:allocation_lists",
        _("Lists"),
    ),
    Hint(
        Permission.LIST_APPROVE,
        _("You approve the allocation list under Lists."),
        "randomization:allocation_lists",
        _("Lists"),
    ),
    Hint(
        Permission.ENTER_PRODUCT,
        _("Infusions to prepare appear here."),
        "randomization:preparations",
        _("Product"),
    ),
    Hint(
        Permission.MANAGE_USERS,
        _("Under Accounts you open and close accounts, and let people in again."),
        "accounts:users",
        _("Accounts"),
    ),
    Hint(
        Permission.POOLED_DASHBOARD,
        _("Your role reads. The dashboard shows where the trial stands."),
        "monitoring:dashboard",
        _("Dashboard"),
    ),
)
NOTHING = Hint(None, _("What your role has to do appears here."))


def hint_for(user: User) -> dict[str, Any]:
    hints = (hint for hint in HINTS if hint.permission and user.may(hint.permission))
    hint = next(hints, NOTHING)
    url = page_for(user, hint.page) if hint.page else None
    return {"text": hint.text, "url": url or "", "action": hint.action}
