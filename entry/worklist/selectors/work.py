"""My work: what a person can do today, by what the role may do; most urgent first."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.consent.facts.reconsent import ReconsentDue
from entry.matrix.selectors import MatrixRow, matrix_for
from entry.selectors import navigation
from entry.selectors.visibility import (
    forms_visible_to,
    may_enter,
    participants_visible_to,
)
from entry.worklist.selectors.safety import serious_events
from randomization.product.selectors.preparation_worklist import preparations
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import casebooks_of
from record.notices.work import (
    DUE,
    OVERDUE,
    SOON,
    WAITING,
    WORK_SOURCES,
    WorkItem,
    WorkSource,
)
from record.review.models import QueryState
from record.review.selectors import (
    VerificationState,
    queries_visible_to,
    verification_lines,
)
from safety.coding.services import coding_to_do
from safety.pregnancy.selectors import births_awaited
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.infusions.facts.vital_sign_times import NextMeasurement, next_measurement
from visits.reminders.page import appointment_words, to_tell_in_ward
from visits.schedule.facts import INFUSION_VISITS, Visit

MOST_OF_A_KIND = 50
DRAFTERS = (
    Permission.ENTER_CRF,
    Permission.ENTER_BEDSIDE,
    Permission.ASSESS_SAFETY,
)


def work_for(user: User) -> list[WorkItem]:
    """Return what a person can do today; the selects do not grow with participants."""
    sources: tuple[tuple[tuple[Permission, ...], WorkSource], ...] = (
        ((Permission.ENTER_CRF,), people_to_see),
        ((Permission.ENTER_BEDSIDE,), infusions_to_watch),
        ((Permission.ENTER_BEDSIDE,), people_to_tell),
        ((Permission.ENTER_CRF, Permission.ASSESS_SAFETY), serious_events),
        ((Permission.ENTER_CRF,), events_to_record),
        ((Permission.ENTER_CRF,), births_to_ask_for),
        (DRAFTERS, drafts),
        ((Permission.ANSWER_QUERY,), queries_to_answer),
        ((Permission.SIGN_FORM, Permission.SIGN_PRODUCT), forms_to_sign),
        ((Permission.CLOSE_QUERY,), answers_to_review),
        ((Permission.VERIFY,), forms_to_verify),
        ((Permission.REFERENCE_DATA,), terms_to_code),
        ((Permission.ENTER_PRODUCT,), product_to_prepare),
        *WORK_SOURCES,
    )
    found = [
        item
        for permissions, source in sources
        if any(user.may(permission) for permission in permissions)
        for item in source(user)
    ]
    return sorted(found, key=lambda one: (one.urgency, one.due_on or date.max))


def people_to_see(user: User) -> Iterator[WorkItem]:
    """Consents to ask for again; visits overdue, due, and coming up."""
    form_data = _visit_records(user)
    for row in matrix_for(user):
        yield from (_consent_item(row, due) for due in row.due)
        for visit in row.visits:
            if urgency := _urgency(visit):
                yield _visit_item(row, visit, urgency - 1, form_data)


def infusions_to_watch(user: User) -> Iterator[WorkItem]:
    """Infusions allowed or running, with the measurement that comes next."""
    people = list(participants_visible_to(user))
    casebooks = casebooks_of(people, ("IRQ", "INF", "VSI", "DTH"))
    for person in people:
        for visit in INFUSION_VISITS:
            if coming := next_measurement(visit, casebooks[person.pk], clock.now()):
                yield _infusion_item(person.number, visit, coming)


def people_to_tell(user: User) -> Iterator[WorkItem]:
    """In-patients whom the ward tells what others get a message about."""
    for person, one in to_tell_in_ward(list(participants_visible_to(user))):
        words = (_(one.occasion.label), one.place, appointment_words(one))
        yield WorkItem(
            DUE,
            _("Tell in the ward"),
            person.number,
            " · ".join(filter(None, words)),
            reverse("visits:schedule", args=[person.number]),
            "due",
            clock.site_date(one.appointment_at) if one.appointment_at else None,
        )


def _infusion_item(number: str, visit: str, coming: NextMeasurement) -> WorkItem:
    infusion = _("Infusion %(number)s") % {"number": INFUSION_VISITS[visit]}
    words = [infusion, _(coming.point.label)]
    if coming.due_at:
        words.append(f"{coming.due_at.astimezone(clock.SITE_TZ):%H:%M}")
    return WorkItem(
        OVERDUE if coming.is_late else DUE,
        _("At the bedside"),
        number,
        " · ".join(words),
        reverse("visits:bedside", args=[number, visit]),
        "overdue" if coming.is_late else "due",
        clock.site_date(coming.due_at) if coming.due_at else None,
    )


def _consent_item(row: MatrixRow, due: ReconsentDue) -> WorkItem:
    number = row.participant.number
    return WorkItem(
        DUE,
        _("Consent"),
        number,
        f"{_(due.reason.label)} {due.version}".strip(),
        reverse("entry:log", args=[number, due.form]),
        "due",
        due.since,
    )


def _urgency(visit: Visit) -> int | None:
    order = (VisitStatus.OVERDUE, VisitStatus.DUE, VisitStatus.UPCOMING)
    return order.index(visit.status) + 1 if visit.status in order else None


def _visit_records(user: User) -> dict[tuple[int, str], FormInstance]:
    held = forms_visible_to(user).filter(code="VIS", struck_at=None)
    return {(form.participant_id, form.visit): form for form in held}


def _visit_item(
    row: MatrixRow,
    visit: Visit,
    urgency: int,
    form_data: dict[tuple[int, str], FormInstance],
) -> WorkItem:
    data = form_data.get((row.participant.pk, visit.code))
    url = (
        navigation.address(data, "performed")
        if data
        else reverse("entry:casebook", args=[row.participant.number])
    )
    return WorkItem(
        urgency,
        _("Visit"),
        row.participant.number,
        _(visit.code.label),
        url,
        visit.status.value,
        visit.closes_on,
    )


def events_to_record(user: User) -> Iterator[WorkItem]:
    """Deaths and ends of study that something has opened and nobody has begun."""
    designs = catalogue.designs().values()
    codes = [
        one.code for one in designs if one.opened_on_demand and may_enter(user, one)
    ]
    held = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.NOT_STARTED, struck_at=None, locked_at=None
    )
    for form in held.order_by("created_at", "pk")[:MOST_OF_A_KIND]:
        yield WorkItem(
            DUE,
            _("To record"),
            form.participant.number,
            form_words(form),
            navigation.address(form),
            "due",
            clock.site_date(form.created_at),
        )


def births_to_ask_for(user: User) -> Iterator[WorkItem]:
    """Pregnancies past the expected birth whose outcome is not recorded."""
    held = births_awaited().filter(form__in=forms_visible_to(user))
    for one in held[:MOST_OF_A_KIND]:
        yield WorkItem(
            OVERDUE,
            _("Pregnancy"),
            one.form.participant.number,
            _("Outcome of the pregnancy"),
            navigation.address(one.form, "outcome"),
            "overdue",
            one.due_on,
        )


def drafts(user: User) -> Iterator[WorkItem]:
    held = forms_visible_to(user).filter(
        status=FormStatus.DRAFT, struck_at=None, locked_at=None, frozen_at=None
    )
    for form in held.order_by("saved_at", "pk")[:MOST_OF_A_KIND]:
        if may_enter(user, catalogue.design(form.code)):
            yield _form_item(WAITING, _("To complete"), form, "draft")


def _form_item(urgency: int, kind: str, form: FormInstance, look: str) -> WorkItem:
    return WorkItem(
        urgency,
        kind,
        form.participant.number,
        form_words(form),
        navigation.address(form),
        look,
        clock.site_date(form.saved_at) if form.saved_at else None,
    )


def form_words(form: FormInstance) -> str:
    design = catalogue.design(form.code)
    number = f" {form.occurrence}" if design.is_repeated else ""
    return " · ".join(filter(None, (f"{design.title}{number}", form.visit)))


def queries_to_answer(user: User) -> Iterator[WorkItem]:
    yield from _queries(user, QueryState.OPEN, _("Query"), Permission.ANSWER_QUERY)


def answers_to_review(user: User) -> Iterator[WorkItem]:
    kind = _("Answered query")
    yield from _queries(user, QueryState.ANSWERED, kind, Permission.CLOSE_QUERY)


def _queries(
    user: User, state: QueryState, kind: str, right: Permission
) -> Iterator[WorkItem]:
    """Queries of a state on the forms on which the person may take the next step."""
    designs = catalogue.designs().values()
    codes = [design.code for design in designs if may_on(user, right, design)]
    held = queries_visible_to(user).filter(state=state, form__code__in=codes)
    for query in held[:MOST_OF_A_KIND]:
        item, _check = query.place
        design = catalogue.design(query.form.code)
        label = design.items[item].verbose_name if item in design.items else ""
        yield WorkItem(
            DUE,
            kind,
            query.form.participant.number,
            f"{form_words(query.form)}: {label}",
            navigation.address(query.form, item),
            state.value,
            clock.site_date(query.raised_at),
        )


def forms_to_sign(user: User) -> Iterator[WorkItem]:
    """Complete forms that wait for a signature that holds."""
    codes = [
        code
        for code, design in catalogue.designs().items()
        if design.signature is not None and user.may(design.signed_by)
    ]
    held = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.COMPLETE, struck_at=None
    )
    waiting = 0
    for form in held.prefetch_related("signatures").order_by("saved_at", "pk"):
        if any(one.holds_for(form) for one in form.signatures.all()):
            continue
        waiting += 1
        if waiting > MOST_OF_A_KIND:
            return
        yield _form_item(DUE, _("To sign"), form, "complete")


def forms_to_verify(user: User) -> Iterator[WorkItem]:
    """The list of forms that the monitor has not verified, as one line."""
    lines = verification_lines(user)
    if count := sum(one.state != VerificationState.VERIFIED for one in lines):
        told = ngettext("%(count)s form to verify", "%(count)s forms to verify", count)
        text = told % {"count": count}
        url = _page("review:verification")
        yield WorkItem(WAITING, _("Verification"), "", text, url, "complete")


def terms_to_code(user: User) -> Iterator[WorkItem]:
    """What is written and not coded, or coded and not approved, as one line."""
    if count := coding_to_do(user):
        told = ngettext("%(count)s term", "%(count)s terms", count)
        text = told % {"count": count}
        url = _page("safety:coding")
        yield WorkItem(WAITING, _("Coding"), "", text, url, "complete")


def product_to_prepare(user: User) -> Iterator[WorkItem]:
    """The worklist of infusions, as one line; what is on it stays there."""
    del user
    count = len(preparations())
    told = ngettext(
        "%(count)s infusion to prepare", "%(count)s infusions to prepare", count
    )
    urgency, look = (DUE, "due") if count else (SOON, "upcoming")
    yield WorkItem(
        urgency,
        _("Product"),
        "",
        told % {"count": count},
        _page("randomization:preparations"),
        look,
    )


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("entry:matrix")


def totals(items: list[WorkItem]) -> dict[str, Any]:
    """Return how many things are overdue, due, and in all."""
    return {
        "all": len(items),
        "overdue": sum(item.urgency == OVERDUE for item in items),
        "due": sum(item.urgency == DUE for item in items),
    }
