"""Reads for moving a form: where it may go, what points at it, how both stand."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import eligibility_of
from enrollment.identity.selectors import doubts_about
from enrollment.models import FrozenScreening
from entry.models import FormMove
from entry.move.rules import decides_eligibility
from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.derived import derived_values
from record.casebook.design import FormDesign
from record.casebook.display import NOTHING, derived_words
from record.casebook.form_data import FormData
from record.casebook.items import File, Ref
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.values import Value, is_blank
from record.review.models import WAITING
from record.review.selectors import queries_visible_to
from safety.deaths.impact_previews import visit_state_text
from visits.schedule.selectors import schedule

Standing = Mapping[str, str]  # what of a participant → how it stands


def values_to_move(form: FormInstance) -> dict[str, Value]:
    """Links to other rows of the participant and files stay behind."""
    return {
        name: value
        for name, value in stored_values(form).items()
        if not stays_behind(catalogue.design(form.code), name)
    }


def stored_values(form: FormInstance) -> dict[str, Value]:
    values = data_of(form, row_of(form)).values
    return {name: value for name, value in values.items() if not is_blank(value)}


def stays_behind(design: FormDesign, name: str) -> bool:
    item = design.items[name]
    is_link = isinstance(item, Ref) and item.target() is FormInstance
    return is_link or isinstance(item, File)


def forms_at_place(form: FormInstance, other: Participant) -> QuerySet[FormInstance]:
    """The forms of another participant into which the values could go."""
    forms = FormInstance.objects.filter(
        participant=other, code=form.code, visit=form.visit, struck_at=None
    )
    return forms.select_related("participant").order_by("visit_number", "occurrence")


def is_empty(form: FormInstance) -> bool:
    return not stored_values(form)


def moves_of(form: FormInstance) -> QuerySet[FormMove]:
    moves = FormMove.objects.select_related(
        "source__participant", "target__participant"
    )
    return moves.filter(Q(source=form) | Q(target=form))


def rows_that_refer_to(form: FormInstance) -> list[FormInstance]:
    """Forms of the participant that stand and point at this one."""
    keys: set[int] = set()
    for design in catalogue.designs().values():
        names = [name for name in design.items if _points_at_form(design, name)]
        if names and not design.model.is_sealed:
            pointing = Q()
            for name in names:
                pointing |= Q(**{name: form.pk})
            rows = design.model._default_manager.filter(pointing)
            keys.update(rows.values_list("form_id", flat=True))
    forms = FormInstance.objects.filter(pk__in=keys, struck_at=None)
    return list(forms.exclude(status=FormStatus.NOT_STARTED).exclude(pk=form.pk))


def _points_at_form(design: FormDesign, name: str) -> bool:
    item = design.items[name]
    return isinstance(item, Ref) and item.target() is FormInstance


def confirmation_against(form: FormInstance, other: Participant) -> Iterator[str]:
    """What an investigator confirmed, or a randomization used."""
    if not decides_eligibility(form.code):
        return
    used = FrozenScreening.objects.filter(participant=form.participant)
    if used.filter(confirmation__deciding__has_key=str(form.pk)).exists():
        message = _("%(number)s was randomized with this form. Correct its values.")
        yield message % {"number": form.participant.number}
    eligibility = eligibility_of(other)
    if casebook_of(other, "RAN").one("RAN") is None and eligibility.confirmation_stands:
        message = _(
            "The eligibility of %(number)s is confirmed. Return one of its forms to "
            "draft first, which withdraws the confirmation."
        )
        yield message % {"number": other.number}


def standing_of(participant: Participant, user: User) -> Standing:
    """How what follows from forms stands, in words; compared before and after."""
    eligibility = eligibility_of(participant)
    confirmed = _("confirmed") if eligibility.confirmation_stands else NOTHING
    return {
        _("Eligibility"): _(eligibility.assessment.verdict.label),
        _("Confirmation by the investigator"): confirmed,
        _("Status"): _(eligibility.status.label),
        _("Same person as"): ", ".join(doubts_about(participant).undecided) or NOTHING,
        **_visits(participant),
        **_endpoints(participant),
        _("Open queries"): str(_open_queries(participant, user)),
        **_forms(participant, user),
    }


def _visits(participant: Participant) -> dict[str, str]:
    visits = schedule(participant).visits
    return {
        _(visit.code.label): " · ".join(
            filter(None, (visit_state_text(visit.state), str(visit.closes_on or "")))
        )
        for visit in visits
        if not visit.number
    }


def _endpoints(participant: Participant) -> dict[str, str]:
    """Those of month 3 are all; each by its label."""
    data, casebook = FormData("OM3", {}), casebook_of(participant)
    return {
        _(one.derivation.label): derived_words(one)
        for one in derived_values(data, casebook)
    }


def _open_queries(participant: Participant, user: User) -> int:
    queries = queries_visible_to(user).filter(form__participant=participant)
    return queries.filter(state__in=WAITING).count()


def _forms(participant: Participant, user: User) -> dict[str, str]:
    forms = forms_visible_to(user).filter(participant=participant)
    words = {status.value: str(status.label) for status in FormStatus}
    return {
        _form_name(form): _("struck out") if form.struck_at else words[form.status]
        for form in forms
    }


def _form_name(form: FormInstance) -> str:
    """Unscheduled visits and later screenings are told apart."""
    number = form.visit_number or form.occurrence
    title = navigation.form_title(form)
    is_numbered = catalogue.design(form.code).is_repeated or number == 1
    return title if is_numbered else f"{title} {number}"


def differences(before: Standing, after: Standing) -> list[tuple[str, str, str]]:
    names: Iterable[str] = dict.fromkeys((*before, *after))
    rows = (
        (name, before.get(name, NOTHING), after.get(name, NOTHING)) for name in names
    )
    return [row for row in rows if row[1] != row[2]]
