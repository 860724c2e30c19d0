"""Whose casebook is to be signed off, and what a sign-off still needs."""

from collections.abc import Iterator, Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from record.casebook import catalogue
from record.casebook.engine import pending_items
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import stored_form_data
from record.lock.readiness import OpenLine
from record.review.models import Query, QueryState, Signature
from record.review.selectors import sign_offs, unsigned
from record.review.selectors.sign_offs import CasebookPart, covered_codes
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode
from visits.missing_forms.selectors import is_of_earlier_screening
from visits.schedule.facts import Schedule
from visits.schedule.selectors import schedule
from visits.sign_off.problems import Lack

END_OF_STUDY = "EOS"
UNPLANNED = {VisitCode.UNSCHEDULED.value, VisitCode.END_OF_STUDY.value}


@implements("SIG-10")
def casebooks_unsigned() -> QuerySet[Participant]:
    """Randomized participants whose casebook no sign-off holds for.

    While there is one, the unblinded export of a locked database is refused.
    """
    randomized = Participant.objects.filter(standing__is_randomized=True)
    return sign_offs.casebooks_unsigned(randomized)


def casebooks_before_lock() -> Iterator[OpenLine]:
    for number in (
        casebooks_unsigned().order_by("sequence").values_list("number", flat=True)
    ):
        yield OpenLine(number, "casebook", reverse("entry:casebook", args=[number]))


def casebooks_to_sign() -> QuerySet[Participant]:
    """Those of them whose study has ended, or that were signed off before."""
    ends = FormInstance.objects.filter(
        participant=OuterRef("pk"),
        code=END_OF_STUDY,
        status=FormStatus.COMPLETE,
        struck_at=None,
    )
    earlier = Signature.objects.filter(participant=OuterRef("pk"), form=None, visit="")
    return casebooks_unsigned().filter(Exists(ends) | Exists(earlier))


def lacks_of(part: CasebookPart, forms: Sequence[FormInstance]) -> list[Lack]:
    """All that is missing, form by form; the selects do not grow with the forms."""
    standing = [form for form in forms if form.struck_at is None]
    plan = schedule(part.participant)
    by_form = {data.form_id: data for data in _stored(part.participant)}
    casebook = Casebook.of(by_form.values())
    unanswered = _unanswered(standing)
    without_signature = _without_signature(standing)
    lacks: list[Lack] = []
    for form in standing:
        lacks += _lacks_of_form(form, by_form.get(form.pk), casebook, plan)
        lacks += [
            Lack(form.code, form, item, _("Answer the open query."))
            for item in unanswered.get(form.pk, ())
        ]
        if form.pk in without_signature:
            lacks.append(Lack(form.code, form, "", _("The form is not signed.")))
    lacks += _queries_without_form(part)
    return lacks + list(_lacks_of_end(part, standing, casebook))


def _stored(participant: Participant) -> Iterator[FormData]:
    return (data for _pk, data in stored_form_data([participant.pk], covered_codes()))


def _lacks_of_form(
    form: FormInstance, data: FormData | None, casebook: Casebook, plan: Schedule
) -> Iterator[Lack]:
    if form.status == FormStatus.DRAFT:
        yield Lack(form.code, form, "", _("The form is a draft: complete it."))
    elif form.status == FormStatus.NOT_STARTED and _is_required(form, casebook, plan):
        yield Lack(form.code, form, "", _("The form is expected and not begun."))
    elif form.status == FormStatus.COMPLETE and data:
        design = catalogue.design(form.code)
        for item in pending_items(design, data, casebook):
            yield Lack(form.code, form, item, _("This item is needed."))


def _is_required(form: FormInstance, casebook: Casebook, plan: Schedule) -> bool:
    if is_of_earlier_screening(form, casebook):
        return False
    planned = {visit.code.value for visit in plan.visits} - UNPLANNED
    return form.visit not in planned or plan.requires(form.code, form.visit)


def _unanswered(forms: Sequence[FormInstance]) -> dict[int, list[str]]:
    queries = Query.objects.filter(form__in=forms, state=QueryState.OPEN)
    by_form: dict[int, list[str]] = {}
    for form_id, item in queries.values_list("form_id", "item"):
        by_form.setdefault(form_id, []).append(item)
    return by_form


def _queries_without_form(part: CasebookPart) -> Iterator[Lack]:
    """Open ones about the participant, the visit, or a row that a log lacks."""
    queries = Query.objects.filter(
        form=None, participant=part.participant, state=QueryState.OPEN
    ).filter(log__in=["", *covered_codes()])
    if not part.is_casebook:
        queries = queries.filter(visit=part.visit, visit_number=part.visit_number)
    for _query in queries:
        yield Lack("", None, "", _("Answer the open query."))


def _without_signature(forms: Sequence[FormInstance]) -> set[int]:
    keys = [
        form.pk
        for form in forms
        if form.status == FormStatus.COMPLETE
        and catalogue.design(form.code).signature is not None
    ]
    waiting = unsigned(FormInstance.objects.filter(pk__in=keys))
    return set(waiting.values_list("pk", flat=True))


def _lacks_of_end(
    part: CasebookPart, forms: Sequence[FormInstance], casebook: Casebook
) -> Iterator[Lack]:
    """A casebook is signed when the study has ended for the participant."""
    has_end = any(form.code == END_OF_STUDY for form in forms)
    is_randomized = bool(casebook.fact("is_randomized"))
    if part.is_casebook and is_randomized and not has_end:
        yield Lack(END_OF_STUDY, None, "", _("The end of study is not recorded."))
