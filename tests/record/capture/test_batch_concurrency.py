"""Rows that two people save at once, on two real connections."""

import pytest

from record.audit import rows as recorded_rows
from record.audit.attribution import Reason
from record.capture.problems import Conflict, FormClosed
from record.capture.services.rows import RowEntry, RowsNotSaved, RowStrike, save_rows
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from tests.people import person
from tests.record.audit.test_concurrency import PATIENCE_SECONDS, on_another_connection
from tests.record.capture.test_batch import collection_of, entered, new
from tests.visits import stage

pytestmark = pytest.mark.django_db(transaction=True)
WHY = Reason("transcription", "misread")
TWICE = Reason("entered_twice", "the same sample")


def test_of_overlapping_rows_one_act_is_stored_and_the_other_names_its_conflicts():
    who, first, second = stage.infused(1), person("CO"), person("IN")
    save_rows(who, "URI", [new(f"n{n}", collection_of(n)) for n in range(6)], by=first)
    forms = list(FormInstance.objects.filter(participant=who, code="URI"))
    acts = [  # in opposite orders, with two rows in common, of which one is struck out
        (first, [*changed(forms[:3], 400), strike(forms[3])]),
        (second, changed(forms[:1:-1], 500)),
    ]

    running = [
        on_another_connection(lambda a=act, b=by: save_rows(who, "URI", a, by=b))
        for by, act in acts
    ]
    for thread, _answers in running:
        thread.join(PATIENCE_SECONDS)

    answers = [answer for _thread, (answer,) in running]
    is_refused = [isinstance(answer, RowsNotSaved) for answer in answers]
    assert sorted(is_refused) == [False, True]
    expected = [300, 300, 500, 500, 500, 500]
    problems = {f"r{forms[2].pk}": Conflict}
    if is_refused[1]:
        expected = [400, 400, 400, 300, 300, 300]
        problems |= {f"r{forms[3].pk}": FormClosed}
    assert volumes(forms) == expected
    refused = answers[is_refused.index(True)].problems
    assert {key: type(problem) for key, problem in refused.items()} == problems
    assert recorded_rows.first_problem() == ""


def changed(forms, ml):
    how = {"complete": True, "reasons": {"volume_ml": WHY}}
    return [
        RowEntry(f"r{f.pk}", entered({"volume_ml": ml}, based_on=1, **how), f)
        for f in forms
    ]


def strike(form):
    return RowStrike(f"r{form.pk}", form, TWICE)


def volumes(forms):
    return [int(data_of(form, row_of(form)).values["volume_ml"]) for form in forms]
