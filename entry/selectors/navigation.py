"""Links: to a form, to the next form of a visit, to the pages of a participant."""

from collections.abc import Collection, Container
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import ParticipantStatus
from entry.selectors.visibility import forms_visible_to
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import may_enter, may_see
from record.casebook.models import FormInstance, FormStatus
from trial_edc.context import page_for

OPEN = (FormStatus.NOT_STARTED, FormStatus.DRAFT)


def address(form: FormInstance, item: str = "") -> str:
    page = reverse("entry:form", args=[form.pk])
    return f"{page}#row-{item}" if item else page


def first_open_address(form: FormInstance) -> str:
    """Where the form goes on: its first required item without an answer."""
    return f"{address(form)}#first-open"


def signing_address(form: FormInstance) -> str:
    return f"{address(form)}#sign"


def form_title(form: FormInstance) -> str:
    design = catalogue.design(form.code)
    is_numbered = design.is_repeated or (design.opened_on_demand and form.is_further)
    number = f" {form.occurrence}" if is_numbered else ""
    return " · ".join(filter(None, (f"{design.title}{number}", form.visit)))


def visit_title(visit: str, number: int, codes: Collection[str]) -> str:
    """A visit with titles of its forms, in the order of the casebook."""
    titles = [str(d.title) for code, d in catalogue.designs().items() if code in codes]
    place = f"{visit} {number}" if number else visit
    return " · ".join(filter(None, (place, ", ".join(titles))))


def casebook_address(form: FormInstance) -> str:
    return reverse("entry:casebook", args=[form.participant.number])


Status = ParticipantStatus
SCREENED = frozenset({Status.APPROACHED, Status.CONSENTED, Status.ELIGIBLE})
RANDOMIZED = frozenset(Status) - SCREENED - {Status.SCREEN_FAILED}
LOG = "entry:log"
CONSENTED = frozenset(Status) - {Status.APPROACHED, Status.SCREEN_FAILED}
# Pages of other rooms about one participant, and the statuses in which they apply.
PARTICIPANT_PAGES: tuple[tuple[Any, ...], ...] = (
    (_("Eligibility"), "enrollment:eligibility", frozenset(Status)),
    (_("Randomize"), "randomization:randomize", SCREENED - {Status.APPROACHED}),
    (_("Randomization"), "randomization:randomize", RANDOMIZED),
    (_("Schedule"), "visits:schedule", RANDOMIZED),
    (_("Bedside, infusion 1"), "visits:bedside", RANDOMIZED, "D0"),
    (_("Bedside, infusion 2"), "visits:bedside", RANDOMIZED, "D7"),
    (_("Messages"), "visits:messages", RANDOMIZED),
    (_("Audit trail"), "monitoring:trail:participant", frozenset(Status)),
    (_("Casebook as PDF"), "exports:casebook", frozenset(Status)),
    (_("Withdrawal"), LOG, CONSENTED, "WDR"),
    (_("Sign the casebook"), "entry:sign_casebook", frozenset(Status)),
    (_("Close screening"), "enrollment:close", SCREENED),
    (_("Screen again"), "enrollment:rescreen", frozenset({Status.SCREEN_FAILED})),
)


def participant_pages(number: str, status: str, user: User) -> list[tuple[str, str]]:
    pages = []
    for label, name, statuses, *more in PARTICIPANT_PAGES:
        is_offered = status in statuses and (name != LOG or _may_open(user, *more))
        url = page_for(user, name, number, *more) if is_offered else None
        if url:
            pages.append((str(label), url))
    return pages


def closing_page(number: str, user: User) -> list[tuple[str, str]]:
    """Where the forms of a participant are frozen or locked together."""
    url = page_for(user, "lock:forms")
    query = f"?act=freeze&participants={number}"
    return [(gettext("Freeze or lock forms"), url + query)] if url else []


# Forms that an event opens: the button, the code, and the statuses that allow it.
ON_DEMAND: tuple[tuple[Any, str, frozenset[Status]], ...] = (
    (_("Record a death"), "DTH", CONSENTED - {Status.DIED}),
    (_("End of study"), "EOS", RANDOMIZED),
)


def forms_to_open(
    number: str, status: str, user: User, existing_codes: Container[str]
) -> list[tuple[str, str]]:
    return [
        (str(label), reverse("entry:open_form", args=[number, code]))
        for label, code, statuses in ON_DEMAND
        if status in statuses and code not in existing_codes and _may_open(user, code)
    ]


def _may_open(user: User, code: str) -> bool:
    design = catalogue.design(code)
    return may_see(user, design) and may_enter(user, design)


def next_form(form: FormInstance, user: User) -> FormInstance | None:
    designs = catalogue.designs()
    order = list(designs)
    forms = forms_visible_to(user).filter(
        participant=form.participant,
        visit=form.visit,
        visit_number=form.visit_number,
        status__in=OPEN,
        struck_at=None,
    )
    candidates = [
        candidate
        for candidate in forms
        if candidate.pk != form.pk and may_enter(user, designs[candidate.code])
    ]
    return min(
        candidates,
        key=lambda candidate: (
            order.index(candidate.code) < order.index(form.code),
            order.index(candidate.code),
            candidate.occurrence,
        ),
        default=None,
    )
