"""Forms to begin, to complete, to sign and to verify, and queries on forms."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_enter, may_on
from record.casebook.models import FormInstance, FormStatus
from record.notices.work_items import (
    DUE,
    MAX_PER_KIND,
    OVERDUE,
    WAITING,
    WorkItem,
    more_of,
    others_follow,
)
from record.review.models import QueryState
from record.review.selectors import (
    address_of,
    may_on_subject,
    queries_visible_to,
    subject_of,
    unsigned,
)
from safety.models import Death
from safety.pregnancy.selectors import births_awaited
from trial_edc import clock, dates
from trial_edc.vocabulary import VisitStatus
from visits.facts import OUTCOME_FORMS
from visits.judgements.selectors import panel_lines, panels_to_judge
from visits.missing_forms.selectors import missing_forms_visible_to
from visits.outlooks.selectors import visits_in


class _First:
    """The first rows of a kind of work, and how many more there are."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._all = rows
        read = list(rows[: MAX_PER_KIND + 1])
        self.rows, self.has_more = read[:MAX_PER_KIND], len(read) > MAX_PER_KIND

    def rest(self, urgency: int, kind: str, url: str, look: str) -> Iterator[WorkItem]:
        """The line that counts what is not listed; nothing is counted for nothing."""
        if self.has_more:
            count = self._all.order_by().count() - MAX_PER_KIND
            yield more_of(urgency, kind, count, url, look)


def events_to_record(user: User) -> Iterator[WorkItem]:
    """What an event has opened and nobody has begun: death, end of study.

    After a death, also the outcomes: no visit asks for them any more.
    """
    codes = {code for code, one in catalogue.designs().items() if may_enter(user, one)}
    on_demand = {code for code in codes if catalogue.design(code).opened_on_demand}
    dead = _deaths()
    deaths = dead.filter(form__participant=OuterRef("participant"))
    of_dead = Q(participant_id__in=dead.values("form__participant_id"))
    outcomes = of_dead & Q(code__in=codes.intersection(OUTCOME_FORMS))
    forms = (
        forms_visible_to(user)
        .annotate(death_at=Subquery(deaths.values("form__created_at")[:1]))
        .filter(
            Q(code__in=on_demand) | outcomes,
            status=FormStatus.NOT_STARTED,
            struck_at=None,
            locked_at=None,
        )
    )
    first = _First(forms.order_by("created_at", "pk"))
    for form in first.rows:
        since = form.death_at if form.code in OUTCOME_FORMS else form.created_at
        url = navigation.first_open_address(form)
        yield _form_item(DUE, _("To record"), form, url, "due", since)
    yield from first.rest(DUE, _("To record"), reverse("entry:matrix"), "due")


def _deaths() -> QuerySet[Death]:
    return Death.objects.filter(form__struck_at=None, death_on__isnull=False)


def forms_missing(user: User) -> Iterator[WorkItem]:
    """Visits with forms that are expected and that nobody began.

    A visit record that is overdue, and what events opened, have lines of their own.
    """
    codes = [code for code, one in catalogue.designs().items() if may_enter(user, one)]
    on_demand = [code for code in codes if catalogue.design(code).opened_on_demand]
    overdue = visits_in(VisitStatus.OVERDUE, clock.now()).filter(record__isnull=False)
    dead = _deaths().values("form__participant_id")
    forms = (
        missing_forms_visible_to(user)
        .filter(code__in=codes, locked_at=None, frozen_at=None)
        .exclude(code__in=on_demand)
        .exclude(code__in=OUTCOME_FORMS, participant_id__in=dead)
        .exclude(code="VIS", pk__in=overdue.values("record"))
    )
    place = ("participant__number", "visit", "visit_number")
    visits = (
        forms.order_by()
        .values(*place)
        .annotate(
            due=Min("due_on"),
            form=Min("pk"),
            codes=ArrayAgg("code", distinct=True),
            total=Window(Count("*")),
        )
    )
    more = 0
    for row in visits.order_by("due", *place)[:MAX_PER_KIND]:
        yield WorkItem(
            OVERDUE,
            _("Missing forms"),
            row["participant__number"],
            navigation.visit_title(row["visit"], row["visit_number"], row["codes"]),
            f"{reverse('entry:form', args=[row['form']])}#first-open",
            "missing",
            row["due"],
        )
        more = row["total"] - MAX_PER_KIND
    if more > 0:
        url = reverse("visits:missing_forms")
        yield more_of(OVERDUE, _("Missing forms"), more, url, "missing")


def values_to_judge(user: User) -> Iterator[WorkItem]:
    """Laboratory values outside their range, a line a panel."""
    first = _First(panels_to_judge(user))
    kind = _("Laboratory values to judge")
    for line in panel_lines(first.rows):
        yield WorkItem(
            DUE,
            kind,
            line.form.participant.number,
            ", ".join(f"{label} {value}" for label, value, _side in line.values),
            navigation.address(line.form, "significance"),
            "due",
            dates.site_date(line.sampled_at),
        )
    yield from first.rest(DUE, kind, reverse("visits:values_to_judge"), "due")


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
    own = [code for code, one in catalogue.designs().items() if may_enter(user, one)]
    first = _First(forms.filter(code__in=own).order_by("saved_at", "pk"))
    kind, url = _("To complete"), f"{reverse('entry:matrix')}?show=drafts"
    for form in first.rows:
        address = navigation.first_open_address(form)
        yield _form_item(WAITING, kind, form, address, "draft", form.saved_at)
    yield from first.rest(WAITING, kind, url, "draft")


def _form_item(  # noqa: PLR0917 - as they stand in the line
    urgency: int,
    kind: str,
    form: FormInstance,
    url: str,
    look: str,
    since: datetime | None,
) -> WorkItem:
    return WorkItem(
        urgency,
        kind,
        form.participant.number,
        navigation.form_title(form),
        url,
        look,
        dates.site_date(since) if since else None,
    )


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
    subjects = codes + ([""] if may_on_subject(user, permission, "") else [])
    about = Q(form__code__in=codes) | Q(form=None, log__in=subjects)
    first = _First(queries_visible_to(user).filter(about, state=state))
    for query in first.rows:
        yield WorkItem(
            DUE,
            kind,
            query.whose.number,
            subject_of(query),
            address_of(query),
            state.value,
            dates.site_date(query.raised_at),
        )
    url = f"{reverse('review:queries')}?state={state.value}"
    yield from first.rest(DUE, kind, url, state.value)


def forms_to_sign(user: User) -> Iterator[WorkItem]:
    codes = [
        code
        for code, design in catalogue.designs().items()
        if design.signature is not None and user.may(design.signed_by)
    ]
    forms = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.COMPLETE, struck_at=None
    )
    first = _First(unsigned(forms).order_by("saved_at", "pk"))
    for form in first.rows:
        url = navigation.signing_address(form)
        yield _form_item(DUE, _("To sign"), form, url, "complete", form.saved_at)
    if first.has_more:  # each of them would have to be compared with its signatures
        yield others_follow(_("To sign"), reverse("entry:matrix"), "complete")
