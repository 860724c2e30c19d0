"""Forms that are expected and that nobody has begun, of all participants and of one.

Restricted forms are none of them: the worklist of the product asks for those.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from enrollment.models import ParticipantStanding
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.access import visible_codes, within_reach
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus
from record.lock.readiness import OpenLine
from record.lock.selectors import line_of
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.missing_forms.rules import EmptyForm, ExpectedSince, is_missing
from visits.models import VisitOutlook
from visits.schedule.facts import Schedule

RECORD = "VIS"
SCREENING, UNSCHEDULED = VisitCode.SCREENING.value, VisitCode.UNSCHEDULED.value
WITH_WINDOW = tuple(
    slot.code.value
    for slot in PROTOCOL.schedule.visits
    if slot.code != VisitCode.SCREENING
)
NOT_RESTRICTED = (Confidentiality.OPEN, Confidentiality.IDENTITY)
IN_SCREENING = (
    ParticipantStatus.APPROACHED,
    ParticipantStatus.CONSENTED,
    ParticipantStatus.ELIGIBLE,
)
_EMPTY = FormInstance.objects.order_by().filter(
    status=FormStatus.NOT_STARTED, struck_at=None
)
_DONE = VisitOutlook.objects.filter(
    participant=OuterRef("participant"), status=VisitStatus.DONE
)


def missing_forms(today: date | None = None) -> QuerySet[FormInstance]:
    """What `rules.is_missing` says, in the words of SQL; each part has an index."""
    missing = _missing(today or clock.today())
    # The state once more, by which an index finds them where they are grouped.
    return FormInstance.objects.filter(
        pk__in=missing, status=FormStatus.NOT_STARTED, struck_at=None
    )


def missing_forms_visible_to(user: User) -> QuerySet[FormInstance]:
    forms = missing_forms().filter(code__in=visible_codes(user))
    return within_reach(user, forms.select_related("participant"))


def lines_before_lock() -> Iterator[OpenLine]:
    """Of open forms each; of identity forms one, as who locks sees none of them."""
    order = ("participant__sequence", "visit_number", "code", "occurrence", "pk")
    forms = missing_forms().select_related("participant").order_by(*order)
    yield from map(line_of, forms.filter(confidentiality=Confidentiality.OPEN))
    if forms.filter(confidentiality=Confidentiality.IDENTITY).exists():
        yield OpenLine("", "CTC")


def _missing(today: date) -> QuerySet[Any]:
    """Keys; as one condition of alternatives, all forms would be read."""
    dated = _EMPTY.filter(visit__in=WITH_WINDOW, confidentiality__in=NOT_RESTRICTED)
    visit_done = Exists(
        _DONE.filter(visit=OuterRef("visit"), number=OuterRef("visit_number"))
    )
    opened = codes_without_visit(ExpectedSince.OPENING)
    parts = (
        dated.filter(due_on__lt=today),
        dated.filter(visit_done, due_on__gte=today),
        _EMPTY.filter(visit=UNSCHEDULED, code=RECORD),
        _EMPTY.filter(visit_done, visit=UNSCHEDULED).exclude(code=RECORD),
        _EMPTY.filter(visit="", code__in=opened),
        *_missing_of_screening(),
    )
    first, *others = (part.values("pk") for part in parts)
    return first.union(*others, all=True)


def _missing_of_screening() -> Iterator[QuerySet[FormInstance]]:
    standing = ParticipantStanding.objects.filter(participant=OuterRef("participant"))
    present = standing.filter(screening__occurrence=OuterRef("occurrence"))
    once, for_life = codes_without_visit(ExpectedSince.SCREENING), codes_for_life()
    per_episode = Q(visit="", code__in=set(once).difference(for_life))
    is_done = Exists(_DONE.filter(visit=SCREENING))
    for forms, standings in (
        (_EMPTY.filter(visit="", code__in=set(once).intersection(for_life)), standing),
        (_EMPTY.filter(per_episode | Q(visit=SCREENING)), present),
    ):
        yield forms.filter(Exists(standings.filter(is_randomized=True)))
        goes_on = Exists(standings.filter(status__in=IN_SCREENING))
        yield forms.filter(goes_on, is_done)


def codes_for_life() -> list[str]:
    """Of forms that a new screening does not ask for again."""
    designs = catalogue.designs().values()
    return [d.code for d in designs if not d.collected.per_episode]


@cache
def codes_without_visit(since: ExpectedSince) -> tuple[str, ...]:
    """Of forms that stand beside the visits."""
    beside = [d.code for d in catalogue.designs().values() if not d.collected.visits]
    return tuple(code for code in beside if expected_since(code) is since)


def expected_since(code: str, visit: str = "") -> ExpectedSince | None:
    """None for what only the system or the unblinded staff writes."""
    design = catalogue.design(code)
    if design.is_restricted or design.system_made:
        return None
    if not visit:
        is_opened = design.collected.is_log or design.opened_on_demand
        return ExpectedSince.OPENING if is_opened else ExpectedSince.SCREENING
    if visit == UNSCHEDULED:
        is_record = code == RECORD
        opening, later = ExpectedSince.OPENING, ExpectedSince.UNSCHEDULED_VISIT
        return opening if is_record else later
    is_screening = visit == SCREENING
    return ExpectedSince.SCREENING if is_screening else ExpectedSince.VISIT


def missing_of(
    forms: Iterable[FormInstance], casebook: Casebook, plan: Schedule, status: str
) -> set[int]:
    """Keys of the missing ones among the forms of one participant."""
    return {
        form.pk
        for form in forms
        if form.status == FormStatus.NOT_STARTED and form.struck_at is None
        if (empty := _empty_form(form, casebook, plan, status))
        if is_missing(empty, plan.today)
    }


def _empty_form(
    form: FormInstance, casebook: Casebook, plan: Schedule, status: str
) -> EmptyForm | None:
    since = expected_since(form.code, form.visit)
    if since is None:
        return None
    is_present = not is_of_earlier_screening(form, casebook)
    visit = SCREENING if since is ExpectedSince.SCREENING else form.visit
    done = {
        (visit.code.value, visit.number)
        for visit in plan.visits
        if visit.status == VisitStatus.DONE
    }
    return EmptyForm(
        since,
        form.due_on,
        is_visit_done=(visit, form.visit_number) in done,
        is_randomized=is_present and plan.course.randomized_at is not None,
        is_screening_over=not is_present or status not in IN_SCREENING,
    )


def is_of_earlier_screening(form: FormInstance, casebook: Casebook) -> bool:
    """Whether a later screening asks the same form anew."""
    is_of_screening = expected_since(form.code, form.visit) is ExpectedSince.SCREENING
    screening = casebook.one("SCN")
    is_present = screening is not None and form.occurrence == screening.occurrence
    return is_of_screening and not is_present and not _is_for_life(form)


def _is_for_life(form: FormInstance) -> bool:
    return not form.visit and form.code in codes_for_life()
