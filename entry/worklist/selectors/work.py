"""My work: what a person can do today, by permission, most urgent first."""

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
from record.notices.work_items import (
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
from trial_edc import clock, dates
from trial_edc.vocabulary import INFUSION_VISITS, VisitStatus
from visits.infusions.facts.vital_sign_times import NextMeasurement, next_measurement
from visits.reminders.page import appointment_text, ward_reminders
from visits.schedule.facts import Visit

MAX_PER_KIND = 50
DRAFTERS = (
    Permission.ENTER_CRF,
    Permission.ENTER_BEDSIDE,
    Permission.ASSESS_SAFETY,
)


def work_for(user: User) -> list[WorkItem]:
    """The selects do not grow with the participants."""
    sources: tuple[tuple[tuple[Permission, ...], WorkSource], ...] = (
        ((Permission.ENTER_CRF,), visits_and_consents),
        ((Permission.ENTER_BEDSIDE,), infusions_to_watch),
        ((Permission.ENTER_BEDSIDE,), people_to_inform_in_ward),
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
    items = [
        item
        for permissions, source in sources
        if any(user.may(permission) for permission in permissions)
        for item in source(user)
    ]
    return sorted(items, key=lambda item: (item.urgency, item.due_on or date.max))


def visits_and_consents(user: User) -> Iterator[WorkItem]:
    """Consents to ask for again; visits overdue, due, and coming up."""
    visit_forms = _visit_forms(user)
    for row in matrix_for(user):
        yield from (_consent_item(row, due) for due in row.due)
        for visit in row.visits:
            if urgency := _urgency(visit):
                yield _visit_item(row, visit, urgency - 1, visit_forms)


def infusions_to_watch(user: User) -> Iterator[WorkItem]:
    """Infusions allowed or running, with the measurement that comes next."""
    people = list(participants_visible_to(user))
    casebooks = casebooks_of(people, ("IRQ", "INF", "VSI", "DTH"))
    for person in people:
        for visit in INFUSION_VISITS:
            if coming := next_measurement(visit, casebooks[person.pk], clock.now()):
                yield _infusion_item(person.number, visit, coming)


def people_to_inform_in_ward(user: User) -> Iterator[WorkItem]:
    """In-patients whom the ward informs, where others get a message."""
    for person, reminder in ward_reminders(list(participants_visible_to(user))):
        words = (
            _(reminder.occasion.label),
            reminder.place,
            appointment_text(reminder),
        )
        yield WorkItem(
            DUE,
            _("Tell in the ward"),
            person.number,
            " · ".join(filter(None, words)),
            reverse("visits:schedule", args=[person.number]),
            "due",
            dates.site_date(reminder.appointment_at)
            if reminder.appointment_at
            else None,
        )


def _infusion_item(number: str, visit: str, coming: NextMeasurement) -> WorkItem:
    infusion = _("Infusion %(number)s") % {"number": INFUSION_VISITS[visit]}
    words = [infusion, _(coming.point.label)]
    if coming.due_at:
        words.append(f"{coming.due_at.astimezone(dates.SITE_TZ):%H:%M}")
    return WorkItem(
        OVERDUE if coming.is_late else DUE,
        _("At the bedside"),
        number,
        " · ".join(words),
        reverse("visits:bedside", args=[number, visit]),
        "overdue" if coming.is_late else "due",
        dates.site_date(coming.due_at) if coming.due_at else None,
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


def _visit_forms(user: User) -> dict[tuple[int, str], FormInstance]:
    forms = forms_visible_to(user).filter(code="VIS", struck_at=None)
    return {(form.participant_id, form.visit): form for form in forms}


def _visit_item(
    row: MatrixRow,
    visit: Visit,
    urgency: int,
    visit_forms: dict[tuple[int, str], FormInstance],
) -> WorkItem:
    form = visit_forms.get((row.participant.pk, visit.code))
    url = (
        navigation.address(form, "performed")
        if form
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
    """Deaths and ends of study that an event has opened and nobody has begun."""
    designs = catalogue.designs().values()
    codes = [
        design.code
        for design in designs
        if design.opened_on_demand and may_enter(user, design)
    ]
    forms = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.NOT_STARTED, struck_at=None, locked_at=None
    )
    for form in forms.order_by("created_at", "pk")[:MAX_PER_KIND]:
        yield WorkItem(
            DUE,
            _("To record"),
            form.participant.number,
            form_words(form),
            navigation.address(form),
            "due",
            dates.site_date(form.created_at),
        )


def births_to_ask_for(user: User) -> Iterator[WorkItem]:
    """Pregnancies past the expected birth whose outcome is not recorded."""
    pregnancies = births_awaited().filter(form__in=forms_visible_to(user))
    for pregnancy in pregnancies[:MAX_PER_KIND]:
        yield WorkItem(
            OVERDUE,
            _("Pregnancy"),
            pregnancy.form.participant.number,
            _("Outcome of the pregnancy"),
            navigation.address(pregnancy.form, "outcome"),
            "overdue",
            pregnancy.due_on,
        )


def drafts(user: User) -> Iterator[WorkItem]:
    forms = forms_visible_to(user).filter(
        status=FormStatus.DRAFT, struck_at=None, locked_at=None, frozen_at=None
    )
    for form in forms.order_by("saved_at", "pk")[:MAX_PER_KIND]:
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
        dates.site_date(form.saved_at) if form.saved_at else None,
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
    user: User, state: QueryState, kind: str, permission: Permission
) -> Iterator[WorkItem]:
    """Queries of a state on the forms on which the person may take the next step."""
    designs = catalogue.designs().values()
    codes = [design.code for design in designs if may_on(user, permission, design)]
    queries = queries_visible_to(user).filter(state=state, form__code__in=codes)
    for query in queries[:MAX_PER_KIND]:
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
            dates.site_date(query.raised_at),
        )


def forms_to_sign(user: User) -> Iterator[WorkItem]:
    codes = [
        code
        for code, design in catalogue.designs().items()
        if design.signature is not None and user.may(design.signed_by)
    ]
    forms = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.COMPLETE, struck_at=None
    )
    waiting = 0
    for form in forms.prefetch_related("signatures").order_by("saved_at", "pk"):
        if any(signature.holds_for(form) for signature in form.signatures.all()):
            continue
        waiting += 1
        if waiting > MAX_PER_KIND:
            return
        yield _form_item(DUE, _("To sign"), form, "complete")


def forms_to_verify(user: User) -> Iterator[WorkItem]:
    lines = verification_lines(user)
    if count := sum(line.state != VerificationState.VERIFIED for line in lines):
        text = ngettext("%(count)s form to verify", "%(count)s forms to verify", count)
        words = text % {"count": count}
        url = _page("review:verification")
        yield WorkItem(WAITING, _("Verification"), "", words, url, "complete")


def terms_to_code(user: User) -> Iterator[WorkItem]:
    if count := coding_to_do(user):
        text = ngettext("%(count)s term", "%(count)s terms", count)
        words = text % {"count": count}
        url = _page("safety:coding")
        yield WorkItem(WAITING, _("Coding"), "", words, url, "complete")


def product_to_prepare(user: User) -> Iterator[WorkItem]:
    del user
    count = len(preparations())
    text = ngettext(
        "%(count)s infusion to prepare", "%(count)s infusions to prepare", count
    )
    urgency, look = (DUE, "due") if count else (SOON, "upcoming")
    yield WorkItem(
        urgency,
        _("Product"),
        "",
        text % {"count": count},
        _page("randomization:preparations"),
        look,
    )


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("entry:matrix")


def totals(items: list[WorkItem]) -> dict[str, Any]:
    return {
        "all": len(items),
        "overdue": sum(item.urgency == OVERDUE for item in items),
        "due": sum(item.urgency == DUE for item in items),
    }
