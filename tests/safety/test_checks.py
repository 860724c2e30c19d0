"""Edit checks of the safety forms: each fires, and not beside its boundary."""

from datetime import date, datetime, time
from typing import Any

import pytest

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TZ)


def data(code: str, values: dict[str, Any], **place: Any) -> FormData:
    """A form; partial dates are given as text."""
    partial = {"onset", "ended", "hospital_in", "hospital_out", "death_on", "lmp"}
    partial |= {"outcome_on", "sample_at"}
    typed = {
        name: Partial(value) if name in partial else value
        for name, value in values.items()
    }
    return FormData(code, typed, **place)


CONSENT = data(
    "CNS",
    {"kind": "initial", "decision": "given", "decided_at": at("2026-03-01T09:00")},
)
INFUSION = data(
    "INF", {"given": "given", "started_at": at("2026-03-02T10:00")}, visit="D0"
)
FATAL = data("AE", {"grade": "5", "outcome": "fatal", "serious": "Y"}, form_id=7)
MILD = data("AE", {"grade": "1", "onset": "2026-03-02T11:00"}, form_id=8)
REPORT = data("SAE", {"ae": 7, "aware_at": at("2026-03-05T10:00")}, form_id=9)
ASSESSED = {
    "sponsor_aware_at": at("2026-03-05T18:00"),
    "causality_sponsor": "possible",
    "expected_per_rsi": "N",
}
MAN = data("DEM", {"sex": "M"})
BEFORE = [CONSENT, INFUSION]


def fires(check_id: str, values: dict[str, Any], *others: FormData) -> bool:
    check = CHECKS[check_id]
    form = data(check.form, values)
    return check.run(form, Casebook.of([*BEFORE, *others]).with_data(form)) is not None


EVENTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "AE-01",
        {"onset": "2026-03-02T10:00", "ended": "2026-03-02T09:59"},
        {"onset": "2026-03-02T10:00", "ended": "2026-03"},
    ),
    ("AE-02", {"onset": "2026-02-28"}, {"onset": "2026-03"}),
    (
        "AE-03",
        {"grade": "5", "outcome": "unknown"},
        {"grade": "5", "outcome": "fatal"},
    ),
    ("AE-03", {"grade": "4", "outcome": "fatal"}, {"grade": "4"}),
    ("AE-04", {"grade": "5", "serious": "N"}, {"grade": "5", "serious": "Y"}),
    (
        "AE-05",
        {"seriousness": ["death"], "outcome": "recovered"},
        {"seriousness": ["death"], "outcome": "fatal"},
    ),
    (
        "AE-07",
        {"ongoing": "Y", "outcome": "recovered"},
        {"ongoing": "Y", "outcome": "recovering"},
    ),
    (
        "AE-08",
        {"ongoing": "N", "outcome": "not_recovered"},
        {"ongoing": "N", "outcome": "unknown"},
    ),
    (
        "AE-09",
        {"infusion_reaction": "Y", "infusion_number": "none"},
        {"infusion_reaction": "Y", "infusion_number": "1"},
    ),
    (
        "AE-10",
        {
            "infusion_reaction": "Y",
            "infusion_number": "1",
            "onset": "2026-03-02T09:59",
        },
        {"infusion_reaction": "Y", "infusion_number": "1", "onset": "2026-03-02"},
    ),
    ("AE-11", {"infusion_number": "2"}, {"infusion_number": "1"}),
]


@pytest.mark.verifies("QRY-01")
@pytest.mark.parametrize(("check_id", "fired", "silent"), EVENTS)
def test_check_of_an_event(
    check_id: str, fired: dict[str, Any], silent: dict[str, Any]
) -> None:
    assert fires(check_id, fired)
    assert not fires(check_id, silent)


STAYED = {"onset": "2026-03-05", "seriousness": ["hospitalisation"]}
ADMITTED = at("2026-03-06T08:00")
PLANNED = data("STY", {"in_at": ADMITTED, "admission_type": "planned"})
TOLD = {"aware_at": at("2026-03-05T10:00")}
GRAVE = data(
    "AE",
    {"serious": "Y", "seriousness": ["death"], "caused_by_infusion": "possible"},
    form_id=7,
)
ALIVE = data("CRE", {"sample_at": "2026-03-04T07:00"})
# check, what it finds and what not, each with what else hangs in the casebook
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any], list[FormData]]] = [
    ("AE-06", STAYED, {**STAYED, "seriousness": ["disability"]}, [PLANNED]),
    (
        "SAE-01",
        {"ae": 8, "aware_at": at("2026-03-02T10:59")},
        {"ae": 8, "aware_at": at("2026-03-02T11:00")},
        [MILD],
    ),
    (
        "SAE-02",
        {**TOLD, "ethics_informed_at": at("2026-03-06T10:01")},
        {**TOLD, "ethics_informed_at": at("2026-03-06T10:00")},
        [],
    ),
    (
        "SAE-03",
        {"hospital_in": "2026-03-05", "hospital_out": "2026-03-04"},
        {"hospital_in": "2026-03-05", "hospital_out": "2026-03"},
        [],
    ),
    ("SAE-04", {"ae": 8}, {"ae": 7}, [FATAL, data("AE", {"serious": "N"}, form_id=8)]),
    (
        "SAE-05",
        {"ae": 7, "report_kind": "follow_up"},
        {"ae": 7, "report_kind": "initial"},
        [],
    ),
    (
        "SPA-02",
        {**ASSESSED, "submitted_on": at("2026-03-13T00:00").date()},
        {**ASSESSED, "submitted_on": at("2026-03-12T00:00").date()},
        [GRAVE, REPORT],
    ),
    (
        "SAE-08",
        {"ae": 7, "aware_at": at("2026-03-05T10:00")},
        {"ae": 7, "aware_at": at("2026-03-05T10:01")},
        [FATAL, data("SAE", REPORT.values, occurrence=0)],
    ),
    ("DTH-01", {"death_on": "2026-03-03"}, {"death_on": "2026-03-04"}, [ALIVE]),
    ("DTH-02", {"ae": 8}, {"ae": 7}, [FATAL, MILD]),
    (
        "DTH-03",
        {"death_on": "2026-03-04", "death_time": time(6, 59)},
        {"death_on": "2026-03-04", "death_time": time(7)},
        [ALIVE],
    ),
    (
        "DTH-04",
        {"death_on": "2026-03-04"},
        {"death_time": time(7)},
        [data("DTH", {"death_on": "2026-03-05"}, occurrence=2)],
    ),
    (
        "PRG-01",
        {"lmp": "2026-02", "outcome_on": "2026-01"},
        {"lmp": "2026-02", "outcome_on": "2026-02-10"},
        [],
    ),
    ("PRG-02", {"who": "participant"}, {"who": "partner"}, [MAN]),
    (
        "PRG-03",
        {"lmp": "2026-02", "due_on": date(2026, 1, 31)},
        {"lmp": "2026-02", "due_on": date(2026, 11, 8)},
        [],
    ),
]
FIRES = [
    *(
        (check_id, data(CHECKS[check_id].form, wrong), BEFORE)
        for check_id, wrong, _right in EVENTS
    ),
    *((o, data(CHECKS[o].form, w), [*BEFORE, *beside]) for o, w, _r, beside in OTHERS),
    ("SPA-01", data("SPA", ASSESSED), []),
]
QUIET = [
    *(
        (check_id, data(CHECKS[check_id].form, right), BEFORE)
        for check_id, _wrong, right in EVENTS
    ),
    *((o, data(CHECKS[o].form, r), [*BEFORE, *beside]) for o, _w, r, beside in OTHERS),
    ("SPA-01", data("SPA", ASSESSED), [REPORT]),
]


def test_planned_stay_is_no_criterion() -> None:
    event = {"onset": "2026-03-05", "seriousness": ["hospitalisation"]}
    since = at("2026-03-06T08:00")
    planned = data("STY", {"in_at": since, "admission_type": "planned"})
    unplanned = data(
        "STY", {"in_at": since, "admission_type": "unplanned"}, occurrence=2
    )

    assert fires("AE-06", event, planned)
    assert not fires("AE-06", event, planned, unplanned)
    assert not fires("AE-06", event)


@pytest.mark.parametrize(
    ("aware", "informed", "fired"),
    [("10:59", "10:59", True), ("11:00", "11:00", False)],
)
def test_site_is_not_aware_before_the_onset(
    aware: str,
    informed: str,
    *,
    fired: bool,
) -> None:
    report = {"ae": 8, "aware_at": at(f"2026-03-02T{aware}")}

    assert fires("SAE-01", report, MILD) is fired
    ethics = {**report, "ethics_informed_at": at(f"2026-03-03T{informed}")}
    assert not fires("SAE-02", ethics, MILD)
    late = {**report, "ethics_informed_at": at("2026-03-03T11:01")}
    assert fires("SAE-02", late, MILD)


def test_late_submission_of_a_susar_is_asked_about() -> None:
    grave = data(
        "AE",
        {"serious": "Y", "seriousness": ["death"], "caused_by_infusion": "possible"},
        form_id=7,
    )
    last, after = at("2026-03-12T00:00").date(), at("2026-03-13T00:00").date()

    assert not fires("SPA-02", {**ASSESSED, "submitted_on": last}, grave, REPORT)
    assert fires("SPA-02", {**ASSESSED, "submitted_on": after}, grave, REPORT)
    assert fires("SPA-01", ASSESSED)


@pytest.mark.parametrize(("died", "fired"), [("2026-03-03", True), ("2026-03", False)])
def test_nobody_dies_before_a_sign_of_life(died: str, fired: bool) -> None:  # noqa: FBT001
    sample = data("CRE", {"sample_at": "2026-03-04T07:00"})

    assert fires("DTH-01", {"death_on": died}, sample) is fired


def test_death_names_a_fatal_event() -> None:
    assert fires("DTH-02", {"ae": 8}, FATAL, MILD)
    assert not fires("DTH-02", {"ae": 7}, FATAL, MILD)


def test_pregnancy_ends_after_it_began() -> None:
    assert fires("PRG-01", {"lmp": "2026-02", "outcome_on": "2026-01"})
    assert not fires("PRG-01", {"lmp": "2026-02", "outcome_on": "2026-02-10"})


def test_discharge_follows_admission() -> None:
    assert fires("SAE-03", {"hospital_in": "2026-03-05", "hospital_out": "2026-03-04"})
    assert not fires("SAE-03", {"hospital_in": "2026-03-05", "hospital_out": "2026-03"})


def test_report_needs_a_serious_event() -> None:
    harmless = data("AE", {"serious": "N"}, form_id=8)

    assert fires("SAE-04", {"ae": 8}, harmless)
    assert not fires("SAE-04", {"ae": 7}, FATAL)
