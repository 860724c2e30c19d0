"""When a form that nobody has begun is missing."""

from datetime import date, timedelta

import pytest

from visits.missing_forms.rules import EmptyForm, ExpectedSince, is_missing

TODAY = date(2026, 4, 14)
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("due_on", "is_visit_done", "missing"),
    [
        (TODAY - ONE_DAY, False, True),  # the window has closed
        (TODAY, False, False),  # its last day
        (TODAY + ONE_DAY, False, False),
        (TODAY + ONE_DAY, True, True),  # the visit is done
        (None, False, False),
        (None, True, False),  # the participant withdrew from what it records
    ],
)
def test_a_form_of_a_visit_is_missing_once_it_is_done_or_its_window_closed(
    due_on, is_visit_done, missing
) -> None:
    form = EmptyForm(ExpectedSince.VISIT, due_on, is_visit_done=is_visit_done)

    assert is_missing(form, TODAY) is missing


@pytest.mark.parametrize("is_visit_done", [False, True])
def test_a_form_of_an_unscheduled_visit_is_missing_once_it_is_done(
    is_visit_done,
) -> None:
    form = EmptyForm(ExpectedSince.UNSCHEDULED_VISIT, is_visit_done=is_visit_done)

    assert is_missing(form, TODAY) is is_visit_done


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, False),
        ({"is_visit_done": True}, True),
        ({"is_visit_done": True, "is_screening_over": True}, False),
        ({"is_randomized": True, "is_screening_over": True}, True),
    ],
)
def test_a_form_of_screening_is_missing_while_screening_leads_on(
    facts, missing
) -> None:
    assert is_missing(EmptyForm(ExpectedSince.SCREENING, **facts), TODAY) is missing


def test_what_an_event_opened_is_missing_at_once() -> None:
    assert is_missing(EmptyForm(ExpectedSince.OPENING), TODAY)
