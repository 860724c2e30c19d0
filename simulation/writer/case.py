"""One person's casebook and the services by which the staff write into it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from randomization.vocabulary import Product
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import ExplanationNeeded
from record.capture.save_hooks import Saved
from record.capture.services import form_status
from record.capture.services import forms as capture
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.services import form_instances
from record.review.models import QueryState
from simulation import phrases
from simulation.clinical_events import ClinicalEvents
from simulation.people import Person
from simulation.site import Site
from simulation.times import in_office_hours
from trial_edc import chance, clock

Values = Mapping[str, object]
Place = tuple[str, str, int, int]  # form, visit, number of the visit, occurrence
SHARE_LATE = 0.07  # entries made days after the observation


@dataclass(frozen=True, slots=True)
class Act:
    """One entry or action of a user in the system, at an instant."""

    at: datetime
    do: Callable[[], object]


Acts = Iterator[Act]


@dataclass(slots=True)
class SimulatedCase:
    """A person, the staff, and the forms that later acts use again."""

    person: Person
    clinical_events: ClinicalEvents
    site: Site
    rng: Random  # for plans; acts draw from `chance.source()`
    participant: Participant = field(init=False)
    forms: dict[str, FormInstance] = field(default_factory=dict)
    cached_forms: dict[Place, FormInstance] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)  # visit → in its bag
    sampled_at: set[datetime] = field(default_factory=set)  # minutes, of creatinine
    finished_at: datetime | None = None  # when month 3 is entered

    @property
    def staff(self) -> Mapping[str, User]:
        return self.site.staff

    def entry_time(self, observed_at: datetime, minutes: tuple[int, int]) -> datetime:
        """Instant of entry of an observation: soon, or rarely days later."""
        late = self.rng.random() < SHARE_LATE
        wait = timedelta(days=self.rng.randint(2, 8)) if late else timedelta(0)
        soon = timedelta(minutes=self.rng.randint(*minutes))
        return in_office_hours(observed_at + soon + wait)

    def form_of(
        self, code: str, visit: str = "", occurrence: int = 1, number: int = 0
    ) -> FormInstance:
        """A form of the casebook; all are read again when the cache lacks it."""
        place = (code, visit, number, occurrence)
        if place not in self.cached_forms:
            forms = FormInstance.objects.filter(participant=self.participant)
            for form in forms:
                form.participant = self.participant
                key = (form.code, form.visit, form.visit_number, form.occurrence)
                self.cached_forms[key] = form
        return self.cached_forms[place]

    def ensure_form(self, code: str, by: str) -> FormInstance:
        with attributed(by=self.staff[by], via=Source.PAGE):
            return form_instances.ensure_form(self.participant, code)

    def save(
        self,
        form: FormInstance,
        values: Values,
        by: str,
        *,
        complete: bool = True,
        why: Reason | None = None,
        via: Source = Source.PAGE,
    ) -> Saved:
        reasons = dict.fromkeys(values, why) if why else {}
        return save_with_explanations(
            lambda explained: capture.save(
                form,
                values,
                by=self.staff[by],
                via=via,
                complete=complete,
                reasons=reasons,
                explanations=explained,
            )
        )

    def add(
        self, code: str, values: Values, by: str, *, complete: bool = True
    ) -> FormInstance:
        form = form_instances.add_row(self.participant, code, by=self.staff[by])
        self.save(form, values, by, complete=complete)
        return form

    def sign(self, form: FormInstance, by: str) -> None:
        """Sign a form, unless a query on it is still open."""
        if form.queries.filter(state=QueryState.OPEN).exists():
            return
        form.refresh_from_db()  # the person opens its page
        person = self.staff[by]
        proof = ReAuthenticated(person.pk, clock.now())
        form_status.sign_form(
            form, shown_revision=form.revision, proof=proof, by=person
        )

    def read(self, form: FormInstance) -> FormData:
        return data_of(form, row_of(form))

    def row_with(self, code: str, **values: object) -> FormInstance:
        match = next(
            row
            for row in casebook_of(self.participant).rows(code)
            if all(row.get(item) == value for item, value in values.items())
        )
        return self.form_of(code, match.visit, match.occurrence)

    def incomplete_rows(self, code: str) -> list[FormInstance]:
        rows = FormInstance.objects.filter(
            participant=self.participant, code=code, struck_at=None
        ).exclude(status=FormStatus.COMPLETE)
        return list(rows.order_by("occurrence"))

    def pk(self, user_key: str) -> int:
        return self.staff[user_key].pk


def save_with_explanations(save: Callable[[Mapping[str, str]], Saved]) -> Saved:
    """Save; where true values are improbable, explain them and save again."""
    try:
        return save({})
    except ExplanationNeeded as refused:
        pick = chance.source().choice
        return save(
            {
                finding.check_id: pick(phrases.EXPLANATIONS)
                for finding in refused.findings
            }
        )


def change_reason(
    text: str = phrases.WHY_CHANGED, code: str = "transcription"
) -> Reason:
    return Reason(code, text)


def partial_date_text(instant: datetime) -> str:
    """An instant as typed into a partial date."""
    return instant.strftime("%Y-%m-%dT%H:%M")
