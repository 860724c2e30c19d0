"""A complete sample form, its values and its queries."""

from record.audit.attribution import Reason
from record.capture.services.forms import save
from record.casebook.selectors import data_of, row_of
from tests.sample_room.people import A_SAMPLE, person, sample

WHY = Reason("transcription", "misread")


def complete(**values):
    return save(sample(), {**A_SAMPLE, **values}, by=person(), complete=True).form


def change(form, item="weight_kg", value="71"):
    return save(form, {item: value}, by=person(), reasons={item: WHY}).form


def value(form, item):
    return data_of(form, row_of(form)).values[item]


def state(form):
    return [
        (q.place, q.state, [s.action for s in q.steps.all()])
        for q in form.queries.all()
    ]
