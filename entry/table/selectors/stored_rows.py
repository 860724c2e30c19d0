"""The stored rows of a log, in few selects however many there are."""

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
class StoredRows:
    """The forms of one code of a participant, those struck out too."""

    participant: Participant
    design: FormDesign
    forms: Mapping[int, FormInstance]
    form_data: Mapping[int, FormData]

    @cached_property
    def casebook(self) -> Casebook:
        """The casebook of the participant, which holds these rows already."""
        code, people = self.design.code, [self.participant.pk]
        valid = [s for s in self.form_data.values() if self._is_valid(s)]

        def load(codes: Collection[str]) -> Iterable[FormData]:
            yield from valid if code in codes else ()
            others = [other for other in codes if other != code]
            yield from (data for _pk, data in stored_form_data(people, others))

        return Casebook(load)

    def _is_valid(self, data: FormData) -> bool:
        form = self.forms[data.form_id or 0]
        return form.struck_at is None and form.revision > 0

    @cached_property
    def in_order(self) -> list[FormInstance]:
        """By the first date that they hold; empty ones last."""
        return sorted(self.forms.values(), key=self._sort_key)

    def _sort_key(self, form: FormInstance) -> tuple[datetime, int, int, int]:
        names = [
            name
            for name, item in self.design.items.items()
            if isinstance(item, Date | DateTime | PartialDate)
        ]
        data = self.form_data[form.pk]
        first_date = data.get(names[0]) if names else None
        first = bounds(first_date)[0] if first_date is not None else LAST
        visit = VISITS.get(form.visit, len(VISITS))
        return first, visit, form.visit_number, form.occurrence

    @property
    def valid(self) -> list[FormData]:
        """The rows that count, in order of time: saved and not struck out."""
        form_data = (self.form_data[form.pk] for form in self.in_order)
        return [data for data in form_data if self._is_valid(data)]


def stored_rows_of(participant: Participant, code: str) -> StoredRows:
    instances = FormInstance.objects.filter(participant=participant, code=code)
    forms = {form.pk: form for form in instances}
    stored = stored_form_data([participant.pk], [code], with_struck=True)
    saved = {data.form_id or 0: data for _pk, data in stored}
    form_data = {
        pk: saved.get(pk) or data_of(form, new_row(form)) for pk, form in forms.items()
    }
    return StoredRows(participant, catalogue.design(code), forms, form_data)
