"""Who must be asked for consent again, and when that ends."""

from datetime import date, datetime

import pytest

from enrollment.consent.facts.reconsent import (
    DocumentVersion,
    ReconsentDue,
    ReconsentReason,
    reconsents_due_of,
    version_on,
)
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import SITE_TZ

FIRST = DocumentVersion("1.0", date(2022, 1, 1), "everybody")
SECOND = DocumentVersion("2.0", date(2022, 3, 1), "everybody")
THIRD = DocumentVersion("2.1", date(2022, 4, 1), "newcomers")
VERSIONS = [FIRST, SECOND, THIRD]
BEFORE, ON, LATER = date(2022, 2, 28), date(2022, 3, 1), date(2022, 4, 10)


def on(month: int, day: int) -> datetime:
    return datetime(2022, month, day, 9, tzinfo=SITE_TZ)


def consent(occurrence: int = 1, **values: object) -> FormData:
    values = {
        "kind": "initial",
        "decision": "given",
        "decided_at": on(2, 1),
        "version": "1.0",
        "signer": "participant",
        **values,
    }
    return FormData("CNS", values, occurrence=occurrence)


def visit(day: date, capacity: str) -> FormData:
    values = {"visit_date": day, "has_capacity": capacity}
    return FormData("VIS", values, visit="D1", occurrence=day.toordinal())


def due(today: date, *form_data: FormData) -> list[ReconsentDue]:
    return reconsents_due_of(Casebook.of(form_data), VERSIONS, today)


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2021, 12, 31), None), (BEFORE, FIRST), (ON, SECOND), (LATER, THIRD)],
)
def test_a_version_holds_until_the_first_day_of_the_next(
    day: date, version: DocumentVersion | None
) -> None:
    assert version_on(VERSIONS, day) == version


def test_a_new_version_asks_from_its_first_day_until_it_is_signed() -> None:
    expected = [ReconsentDue(ReconsentReason.VERSION, ON, "2.0")]
    signed = consent(2, kind="new_version", version="2.0", decided_at=on(3, 2))

    assert due(BEFORE, consent()) == []
    assert due(ON, consent()) == expected
    assert due(ON, consent(), signed) == []


def test_the_version_in_force_is_signed_and_only_where_one_concerned_all() -> None:
    signed = consent(2, kind="new_version", version="2.0", decided_at=on(3, 2))

    assert due(LATER, consent()) == [ReconsentDue(ReconsentReason.VERSION, ON, "2.1")]
    assert due(LATER, consent(), signed) == []


@pytest.mark.parametrize(
    "data",
    [
        FormData("DTH", {"death_on": "2022-02-10"}),
        FormData("WDR", {"kind": "everything"}),
        FormData("WDR", {"kind": "visits_lookup_allowed"}),
        FormData("EOS", {"reason": "completed"}),
        FormData("SCN", {"screening_closed_at": on(2, 3)}),
    ],
    ids=lambda data: data.code,
)
def test_who_takes_part_no_more_is_not_asked(data: FormData) -> None:
    by_other = consent(signer="representative")

    assert due(LATER, by_other, visit(BEFORE, "Y"), data) == []


def test_who_withdrew_from_the_infusion_alone_is_asked() -> None:
    withdrawal = FormData("WDR", {"kind": "infusion_only"})

    assert due(ON, consent(), withdrawal) == [
        ReconsentDue(ReconsentReason.VERSION, ON, "2.0")
    ]


def test_who_can_decide_again_is_asked_until_he_signs_himself() -> None:
    by_other = consent(signer="representative")
    able = visit(date(2022, 2, 5), "Y")
    expected = ReconsentDue(ReconsentReason.CAPACITY, date(2022, 2, 5))
    signed = consent(2, kind="capacity_regained", decided_at=on(2, 6))
    undecided = consent(2, kind="capacity_regained", decision=None)

    assert due(BEFORE, by_other, visit(date(2022, 2, 4), "N")) == []
    assert due(BEFORE, by_other, able, visit(BEFORE, "Y")) == [expected]
    assert due(BEFORE, by_other, able, undecided) == [expected]
    assert due(BEFORE, by_other, able, signed) == []


def test_a_visit_before_the_representative_signed_asks_nothing() -> None:
    again = consent(2, kind="new_version", signer="representative", decided_at=on(2, 9))

    assert due(BEFORE, consent(), visit(date(2022, 2, 8), "Y"), again) == []


def test_messages_consented_to_by_the_representative_are_asked_for_as_well() -> None:
    day = date(2022, 2, 5)
    contact = consent(2, kind="contact", signer="representative")
    own = consent(3, kind="contact", decided_at=on(2, 6))

    assert due(BEFORE, consent(), contact, visit(day, "Y")) == [
        ReconsentDue(ReconsentReason.CONTACT, day)
    ]
    assert due(BEFORE, consent(), contact, visit(day, "Y"), own) == []


def test_a_refusal_asks_for_the_withdrawal_and_for_nothing_else() -> None:
    refused = consent(
        2, kind="new_version", version="2.0", decision="refused", decided_at=on(3, 2)
    )
    withdrawal = FormData("WDR", {"kind": "infusion_only"})

    assert due(LATER, consent(), refused) == [
        ReconsentDue(ReconsentReason.REFUSED, date(2022, 3, 2))
    ]
    assert due(LATER, consent(), refused, FormData("WDR", {})) != []
    assert due(LATER, consent(), refused, withdrawal) == []


def test_nobody_is_asked_again_before_a_first_consent() -> None:
    assert due(LATER) == []
    assert due(LATER, consent(decision="refused")) == []
