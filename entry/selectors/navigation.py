"""Where a person goes from a form: the next one of the visit, or the casebook."""

from collections.abc import Container
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import ParticipantStatus
from entry.selectors.visibility import forms_visible_to, may_enter, may_see
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from trial_edc.context import page_for

OPEN = (FormStatus.NOT_STARTED, FormStatus.DRAFT)


def address(form: FormInstance, item: str = "") -> str:
    """Return the address of a form page, or of an item on it."""
    page = reverse("entry:form", args=[form.pk])
    return f"{page}#row-{item}" if item else page


def casebook_address(form: FormInstance) -> str:
    return reverse("entry:casebook", args=[form.participant.number])


Status = ParticipantStatus
SCREENED = frozenset({Status.APPROACHED, Status.CONSENTED, Status.ELIGIBLE})
RANDOMISED = frozenset(Status) - SCREENED - {Status.SCREEN_FAILED}
LOG = "entry:log"
CONSENTED = frozenset(Status) - {Status.APPROACHED, Status.SCREEN_FAILED}
# Pages of other rooms about one participant, and the statuses in which they serve.
PARTICIPANT_PAGES: tuple[tuple[Any, ...], ...] = (
    (_("Eligibility"), "enrollment:eligibility", frozenset(Status)),
    (_("Randomize"), "randomization:randomize", SCREENED - {Status.APPROACHED}),
    (_("Randomization"), "randomization:randomize", RANDOMISED),
    (_("Schedule"), "visits:schedule", RANDOMISED),
    (_("Bedside, infusion 1"), "visits:bedside", RANDOMISED, "D0"),
    (_("Bedside, infusion 2"), "visits:bedside", RANDOMISED, "D7"),
    (_("Messages"), "visits:messages", RANDOMISED),
    (_("Withdrawal"), LOG, CONSENTED, "WDR"),
    (_("Close screening"), "enrollment:close", SCREENED),
    (_("Screen again"), "enrollment:rescreen", frozenset({Status.SCREEN_FAILED})),
)


def participant_pages(number: str, status: str, user: User) -> list[tuple[str, str]]:
    """Return the pages about a participant that serve now and are for the role."""
    found = []
    for label, name, statuses, *more in PARTICIPANT_PAGES:
        serves = status in statuses and (name != LOG or _may_enter_form(user, *more))
        url = page_for(user, name, number, *more) if serves else None
        if url:
            found.append((str(label), url))
    return found


# Forms that hang on an event: what to press, and the statuses in which it may come.
ON_DEMAND: tuple[tuple[Any, str, frozenset[Status]], ...] = (
    (_("Record a death"), "DTH", CONSENTED - {Status.DIED}),
    (_("End of study"), "EOS", RANDOMISED),
)


def forms_to_open(
    number: str, status: str, user: User, hung: Container[str]
) -> list[tuple[str, str]]:
    return [
        (str(label), reverse("entry:open_sheet", args=[number, code]))
        for label, code, statuses in ON_DEMAND
        if status in statuses and code not in hung and _may_enter_form(user, code)
    ]


def _may_enter_form(user: User, code: str) -> bool:
    design = catalogue.design(code)
    return may_see(user, design) and may_enter(user, design)


def next_form(form: FormInstance, user: User) -> FormInstance | None:
    """Return the next form of the same visit that is not complete and is the user's."""
    designs = catalogue.designs()
    order = list(designs)
    held = forms_visible_to(user).filter(
        participant=form.participant,
        visit=form.visit,
        visit_number=form.visit_number,
        status__in=OPEN,
        struck_at=None,
    )
    waiting = [
        one for one in held if one.pk != form.pk and may_enter(user, designs[one.code])
    ]
    waiting.sort(
        key=lambda one: (
            order.index(one.code) < order.index(form.code),
            order.index(one.code),
            one.occurrence,
        )
    )
    return waiting[0] if waiting else None
