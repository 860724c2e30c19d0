"""The rows of a log as they are stored, in few selects however many there are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import LAST, bounds
from record.casebook.items import Date, DateTime, PartialDate
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, new_row, stored_form_data
from trial_edc.vocabulary import VisitCode

VISITS = {code.value: place for place, code in enumerate(VisitCode)}


@dataclass(frozen=True)
class HeldRows:
    """The forms of one form of a participant, those struck out too."""

    participant: Participant
    design: FormDesign
    forms: Mapping[int, FormInstance]
    form_data: Mapping[int, FormData]

    @cached_property
    def casebook(self) -> Casebook:
        """Return the casebook of the participant that holds these rows already."""
        code, people = self.design.code, [self.participant.pk]
        standing = [s for s in self.form_data.values() if self._stands(s)]

        def load(codes: Collection[str]) -> Iterable[FormData]:
            yield from standing if code in codes else ()
            others = [one for one in codes if one != code]
            yield from (data for _pk, data in stored_form_data(people, others))

        return Casebook(load)

    def _stands(self, data: FormData) -> bool:
        form = self.forms[data.form_id or 0]
        return form.struck_at is None and form.revision > 0

    @cached_property
    def in_order(self) -> list[FormInstance]:
        """Return the forms by the first time that they tell; empty ones last."""
        return sorted(self.forms.values(), key=self._place)

    def _place(self, form: FormInstance) -> tuple[datetime, int, int, int]:
        names = [
            name
            for name, item in self.design.items.items()
            if isinstance(item, Date | DateTime | PartialDate)
        ]
        data = self.form_data[form.pk]
        told = data.get(names[0]) if names else None
        first = bounds(told)[0] if told is not None else LAST
        visit = VISITS.get(form.visit, len(VISITS))
        return first, visit, form.visit_number, form.occurrence

    @property
    def standing(self) -> list[FormData]:
        """Return the rows that count, in order of time."""
        found = (self.form_data[form.pk] for form in self.in_order)
        return [data for data in found if self._stands(data)]


def held_rows(participant: Participant, code: str) -> HeldRows:
    """Read the rows of a log in two selects."""
    found = FormInstance.objects.filter(participant=participant, code=code)
    forms = {form.pk: form for form in found}
    stored = stored_form_data([participant.pk], [code], with_struck=True)
    read = {data.form_id or 0: data for _pk, data in stored}
    form_data = {
        pk: read.get(pk) or data_of(form, new_row(form)) for pk, form in forms.items()
    }
    return HeldRows(participant, catalogue.design(code), forms, form_data)
