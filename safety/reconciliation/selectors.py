"""The differences of all participants, with what was accepted of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from record.lock.readiness import OpenLine
from safety.models import (
    AcceptedDifference,
    AdverseEvent,
    SafetyCase,
    SafetyList,
    SentReport,
    TermCode,
)
from safety.reconciliation.facts import (
    Difference,
    Sent,
    differences_within,
    serious_events,
)
from safety.reconciliation.rules.matching import Named, begins_alike, pairs
from safety.reconciliation.vocabulary import DifferenceKind as Kind
from safety.reconciliation.vocabulary import DifferenceState
from safety.vocabulary import Causality, EventOutcome, Grade
from trial_edc.requirements import implements
from trial_edc.vocabulary import YesNo

READ = ("AE", "SAE", "DTH", "STY")
CODED = {Kind.OTHER_OUTCOME: EventOutcome, Kind.OTHER_CAUSALITY: Causality}


@dataclass(frozen=True)
class DifferenceLine:
    """A difference of a participant, as the page shows it."""

    participant: Participant
    difference: Difference
    event: FormData | None
    accepted: AcceptedDifference | None

    @property
    def state(self) -> DifferenceState:
        is_open = self.accepted is None
        return DifferenceState.OPEN if is_open else DifferenceState.ACCEPTED

    @property
    def kind(self) -> Kind:
        return self.difference.kind

    @property
    def kind_text(self) -> str:
        return _(self.kind.label)

    @property
    def term(self) -> str:
        term = self.event.get("term") if self.event else None
        return term or ""

    @property
    def ours(self) -> str:
        return self._written(self.difference.ours)

    @property
    def theirs(self) -> str:
        return self._written(self.difference.theirs)

    def _written(self, values: Sequence[str]) -> str:
        if self.kind == Kind.CHANGED:
            items = catalogue.design("AE").items
            return ", ".join(str(items[name].verbose_name) for name in values)
        codelist = CODED.get(self.kind)
        texts = (_(codelist(value).label) if codelist else value for value in values)
        return " · ".join(texts)


@implements("SAF-05")
def difference_lines() -> list[DifferenceLine]:
    """Every difference, in order of participants; a fixed number of selects."""
    safety_list = latest_list()
    cases, terms = _cases_by_participant(safety_list), _preferred_terms()
    people = list(_with_serious_data(cases))
    casebooks, sent = casebooks_of(people, READ), _sent_reports()
    accepted = _accepted()
    lines = []
    for person in people:
        casebook = casebooks[person.pk]
        differences = list(differences_within(casebook, sent))
        if safety_list:
            differences += _against_list(casebook, cases.get(person.pk, ()), terms)
        event_of = _events_by_form(casebook)
        lines += [
            DifferenceLine(
                person,
                one,
                event_of.get(one.form_id),
                accepted.get((person.pk, one.digest)),
            )
            for one in differences
        ]
    return lines


def _sent_reports() -> dict[int, Sent]:
    return {
        report.pk: Sent(report.revision, report.event_revision)
        for report in SentReport.objects.all()
    }


def _accepted() -> dict[tuple[int, str], AcceptedDifference]:
    in_force = AcceptedDifference.objects.filter(withdrawn_at=None)
    return {
        (one.participant_id, one.digest): one
        for one in in_force.select_related("accepted_by")
    }


def _events_by_form(casebook: Casebook) -> dict[int | None, FormData | None]:
    """The event of each form that a difference names: itself, a report, the death."""
    events = {event.form_id: event for event in casebook.rows("AE")}
    others = (*casebook.rows("SAE"), *casebook.rows("DTH"))
    return {**events, **{one.form_id: events.get(one.get("ae")) for one in others}}


def difference_lines_for(user: User) -> list[DifferenceLine]:
    """Nothing of a form that the reader may not see."""
    lines = difference_lines()
    if "STY" in visible_codes(user):
        return lines
    return [line for line in lines if line.kind != Kind.NO_STAY]


def open_differences() -> Iterator[OpenLine]:
    """What keeps the database open; each is corrected, or accepted with a reason."""
    address = reverse("safety:reconciliation")
    for line in difference_lines():
        if line.state == DifferenceState.OPEN:
            of = line.difference.case_number or line.difference.form_id
            what = f"{line.kind.value} {of}"
            yield OpenLine(line.participant.number, what, address, line.kind_text)


def latest_list() -> SafetyList | None:
    return SafetyList.objects.select_related("uploaded_by").first()


def _with_serious_data(cases: Mapping[int, object]) -> QuerySet[Participant]:
    """Whoever has a serious or fatal event, a report, a death or a case."""
    grave = AdverseEvent.objects.filter(
        Q(serious=YesNo.YES) | Q(grade=Grade.DEATH) | Q(outcome=EventOutcome.FATAL),
        form__struck_at=None,
    )
    forms = FormInstance.objects.filter(
        code__in=("SAE", "DTH"), struck_at=None, revision__gt=0
    )
    return Participant.objects.filter(
        Q(pk__in=grave.values("form__participant"))
        | Q(pk__in=forms.values("participant"))
        | Q(pk__in=list(cases))
    ).order_by("sequence")


def _cases_by_participant(
    safety_list: SafetyList | None,
) -> dict[int, list[SafetyCase]]:
    by_participant: dict[int, list[SafetyCase]] = {}
    for case in SafetyCase.objects.filter(safety_list=safety_list):
        by_participant.setdefault(case.participant_id, []).append(case)
    return by_participant


def _preferred_terms() -> dict[tuple[int, str], str]:
    """The approved one, by event and its words."""
    approved = TermCode.objects.filter(item="term").exclude(approved_at=None)
    rows = approved.values_list("form_id", "verbatim", "term__pt", "term__term")
    return {(form, words): pt or term for form, words, pt, term in rows}


def _against_list(
    casebook: Casebook,
    cases: Sequence[SafetyCase],
    terms: Mapping[tuple[int, str], str],
) -> Iterator[Difference]:
    events = serious_events(casebook)
    names = [_named(event, terms) for event in events]
    of_cases = [Named(case.term, case.pt, case.onset) for case in cases]
    matches = dict(pairs(names, of_cases))
    for i, event in enumerate(events):
        if i not in matches:
            yield Difference(Kind.NOT_IN_LIST, event.form_id)
            continue
        case = cases[matches[i]]
        yield from _between(event, names[i], case, of_cases[matches[i]])
    for j in sorted(set(range(len(cases))) - set(matches.values())):
        case = cases[j]
        words = (case.term, case.onset)
        yield Difference(Kind.NOT_IN_LOG, None, (), words, case.case_number)


def _named(event: FormData, terms: Mapping[tuple[int, str], str]) -> Named:
    words, onset = event.get("term") or "", event.get("onset")
    coded = terms.get((event.form_id or 0, words.strip()), "")
    return Named(words, coded, onset.text if onset else "")


def _between(
    event: FormData, named: Named, case: SafetyCase, other: Named
) -> Iterator[Difference]:
    key = event.form_id
    if named.pt and case.pt and not Named("", named.pt, "").names & other.names:
        yield Difference(
            Kind.OTHER_TERM, key, (named.pt,), (case.pt,), case.case_number
        )
    if named.onset and not begins_alike(named, other):
        yield Difference(
            Kind.OTHER_ONSET, key, (named.onset,), (case.onset,), case.case_number
        )
    for kind, item, theirs in (
        (Kind.OTHER_OUTCOME, "outcome", case.outcome),
        (Kind.OTHER_CAUSALITY, "caused_by_infusion", case.causality),
    ):
        ours = event.get(item)
        if ours and theirs and ours != theirs:
            yield Difference(kind, key, (ours,), (theirs,), case.case_number)
