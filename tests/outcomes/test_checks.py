"""Edit checks of outcomes, contacts and withdrawal: fire, and not at the boundary."""

from datetime import date, datetime
from typing import Any

import pytest

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ

ON = date(2026, 3, 29)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TZ)


def fires(check_id: str, values: dict[str, Any], *others: FormData) -> bool:
    check = CHECKS[check_id]
    form = FormData(check.form, values)
    return check.run(form, Casebook.of(others).with_data(form)) is not None


def death(on: str) -> FormData:
    return FormData("DTH", {"death_on": Partial(on)})


def rrt(started: str, ended: str) -> FormData:
    dates = {"started_at": Partial(started), "ended_at": Partial(ended)}
    return FormData("RRT", {"row_kind": "course", "ongoing": "N", **dates})


def stay(kind: str, since: str, until: str | None = None) -> FormData:
    dates = {"in_at": at(since), "out_at": at(until) if until else None}
    return FormData("STY", {"kind": kind, **dates})


DEAD = death("2026-03-28")
ALIVE = {"vital_status": "alive", "status_known_on": ON}
NO_RRT = {"rrt_last_7_days": "N", "status_known_on": ON}
AT_HOME = {"where_now": "home", "status_known_on": ON}
CALLED = {"at": at("2026-03-29T09:00"), "alive_on": ON}
INFUSED = (
    FormData("RAN", {"randomised_at": at("2026-03-01T09:00")}),
    FormData(
        "INF", {"given": "given", "started_at": at("2026-03-01T10:00")}, visit="D0"
    ),
)
LEFT = FormData("WDR", {"kind": "everything", "on": date(2026, 3, 28)})
CONSENT = FormData(
    "CNS",
    {"kind": "initial", "decision": "given", "decided_at": at("2026-03-29T09:00")},
)
TRANSPLANT = FormData(
    "RRT", {"started_at": Partial("2026-03-10"), "modality": "transplant"}
)
VISITS_DONE = tuple(
    FormData("VIS", {"performed": "Y", "visit_date": on}, visit=visit)
    for visit, on in (
        ("SCR", date(2026, 2, 28)),
        ("D0", date(2026, 3, 1)),
        ("D7", date(2026, 3, 8)),
        ("D28", ON),
        ("M3", date(2026, 6, 1)),
    )
)
TRIED = tuple(
    FormData("CAL", {"at": at(f"2026-06-{day}T09:00")}, occurrence=number)
    for number, day in enumerate((16, 20, 30), 1)
)
COMPLETED = {"reason": "completed", "on": date(2026, 6, 20)}
MONTH_3_MISSED = FormData(
    "VIS", {"performed": "N", "not_done_reason": "refused"}, visit="M3"
)
SEEN_LATER = {"at": at("2026-06-18T09:00"), "alive_on": date(2026, 6, 18)}
Told = tuple[dict[str, Any], tuple[FormData, ...]]
# check, what it finds, and what not: values of the form, and what else is there
SHARED: list[tuple[Told, Told]] = [
    (({"vital_status": "dead"}, ()), ({"vital_status": "dead"}, (DEAD,))),
    ((ALIVE, (DEAD,)), (ALIVE, (death("2026-03-29"),))),
    (
        (NO_RRT, (rrt("2026-03-01", "2026-03-23"),)),
        (NO_RRT, (rrt("2026-03-01", "2026-03-22"),)),
    ),
    (({"transplant": "Y"}, ()), ({"transplant": "Y"}, (TRANSPLANT,))),
    ((AT_HOME, (stay("hospital", "2026-03-01T10:00"),)), (AT_HOME, ())),
]
CASES: list[tuple[str, Told, Told]] = [
    *((f"O28-0{n}", wrong, right) for n, (wrong, right) in enumerate(SHARED, 1)),
    *((f"OM3-0{n}", wrong, right) for n, (wrong, right) in enumerate(SHARED, 1)),
    ("CAL-01", (CALLED, (LEFT,)), ({"at": at("2026-03-28T23:59")}, (LEFT,))),
    ("CAL-02", ({"result": "refused"}, ()), ({"result": "refused"}, (LEFT,))),
    ("CAL-03", (CALLED, (DEAD,)), (CALLED, (death("2026-03-29"),))),
    ("CAL-04", ({**CALLED, "alive_on": date(2026, 3, 30)}, ()), (CALLED, ())),
    ("WDR-01", ({"on": date(2026, 3, 28)}, (CONSENT,)), ({"on": ON}, (CONSENT,))),
    ("WDR-02", ({"on": ON}, (DEAD,)), ({"on": ON}, (death("2026-03-29"),))),
    (
        "EOS-01",
        ({"reason": "completed", "on": date(2026, 6, 2)}, INFUSED),
        ({"reason": "completed", "on": date(2026, 6, 2)}, (*INFUSED, *VISITS_DONE)),
    ),
    (
        "EOS-02",
        ({"reason": "lost"}, (*INFUSED, *TRIED[1:])),
        ({"reason": "lost"}, (*INFUSED, *TRIED)),
    ),
    ("EOS-03", ({"reason": "died"}, ()), ({"reason": "died"}, (DEAD,))),
    ("EOS-04", ({"reason": "withdrew"}, ()), ({"reason": "withdrew"}, (LEFT,))),
    (
        "EOS-05",
        ({"on": date(2026, 3, 28)}, (*INFUSED, FormData("CAL", CALLED))),
        ({"on": ON}, (*INFUSED, FormData("CAL", CALLED))),
    ),
    ("EOS-06", ({"on": ON}, ()), ({"on": ON}, INFUSED)),
    (
        "EOS-07",
        (COMPLETED, (*INFUSED, *VISITS_DONE[:-1], MONTH_3_MISSED)),
        (COMPLETED, (*INFUSED, *VISITS_DONE)),
    ),
    (
        "EOS-08",
        (COMPLETED, (*INFUSED, *VISITS_DONE[:-1], MONTH_3_MISSED)),
        (
            COMPLETED,
            (*INFUSED, *VISITS_DONE[:-1], MONTH_3_MISSED, FormData("CAL", SEEN_LATER)),
        ),
    ),
]
FIRES = [
    (check_id, FormData(check_id[:3], values), beside)
    for check_id, (values, beside), _right in CASES
]
QUIET = [
    (check_id, FormData(check_id[:3], values), beside)
    for check_id, _wrong, (values, beside) in CASES
]


def test_nobody_lives_after_the_date_of_death() -> None:
    alive = {"vital_status": "alive", "status_known_on": ON}

    assert fires("O28-02", alive, death("2026-03-28"))
    assert not fires("O28-02", alive, death("2026-03"))
    assert not fires("O28-02", alive, death("2026-03-29"))


@pytest.mark.parametrize(
    ("ended", "answer", "fired"),
    [
        ("2026-03-23", "N", True),
        ("2026-03-23", "Y", False),
        ("2026-03-22", "Y", True),
        ("2026-03-22", "N", False),
    ],
)
def test_rrt_answer_covers_seven_days_that_end_on_the_date(
    ended: str,
    answer: str,
    fired: bool,  # noqa: FBT001
) -> None:
    values = {"rrt_last_7_days": answer, "status_known_on": ON}

    assert fires("OM3-03", values, rrt("2026-03-01", ended)) is fired


def test_transplant_stands_in_the_log_too() -> None:
    logged = FormData(
        "RRT", {"started_at": Partial("2026-03-10"), "modality": "transplant"}
    )

    assert fires("OM3-04", {"transplant": "Y"})
    assert not fires("OM3-04", {"transplant": "Y"}, logged)
    assert not fires("OM3-04", {"transplant": "N"})


@pytest.mark.parametrize(
    ("where", "logged", "fired"),
    [
        ("home", [], False),
        ("home", [stay("hospital", "2026-03-01T10:00")], True),
        ("home", [stay("hospital", "2026-03-01T10:00", "2026-03-29T08:00")], False),
        ("ward", [], True),
        ("ward", [stay("hospital", "2026-03-01T10:00")], False),
        ("icu", [stay("hospital", "2026-03-01T10:00")], True),
        ("icu", [stay("icu", "2026-03-28T10:00")], False),
        ("other_hospital", [], True),
    ],
)
def test_whereabouts_agree_with_the_stays(
    where: str,
    logged: list[FormData],
    fired: bool,  # noqa: FBT001
) -> None:
    values = {"where_now": where, "status_known_on": ON}

    assert fires("O28-05", values, *logged) is fired


def test_contact_confirms_life_up_to_its_own_day() -> None:
    call = {"at": at("2026-03-29T09:00"), "alive_on": ON}

    assert not fires("CAL-04", call)
    assert fires("CAL-04", {**call, "alive_on": date(2026, 3, 30)})
    assert fires("CAL-03", call, death("2026-03-28"))
    assert not fires("CAL-03", call, death("2026-03-29"))


def test_refusal_asks_whether_it_is_a_withdrawal() -> None:
    withdrawal = FormData("WDR", {"kind": "infusion_only", "on": ON})

    assert fires("CAL-02", {"result": "refused"})
    assert not fires("CAL-02", {"result": "refused"}, withdrawal)
    assert not fires("CAL-02", {"result": "no_answer"})


def test_withdrawal_lies_between_consent_and_death() -> None:
    consent = FormData(
        "CNS",
        {"kind": "initial", "decision": "given", "decided_at": at("2026-03-29T09:00")},
    )

    assert not fires("WDR-01", {"on": ON}, consent)
    assert fires("WDR-01", {"on": date(2026, 3, 28)}, consent)
    assert fires("WDR-02", {"on": ON}, death("2026-03-28"))
    assert not fires("WDR-02", {"on": ON}, death("2026-03-29"))


def test_end_of_study_is_for_the_randomized_and_after_the_last_sign_of_life() -> None:
    randomized = FormData("RAN", {"randomised_at": at("2026-03-01T09:00")})
    call = FormData(
        "CAL", {"at": at("2026-03-30T09:00"), "alive_on": date(2026, 3, 30)}
    )

    assert fires("EOS-06", {"on": ON})
    assert not fires("EOS-06", {"on": ON}, randomized)
    assert fires("EOS-05", {"on": ON}, randomized, call)
    assert not fires("EOS-05", {"on": date(2026, 3, 30)}, randomized, call)
    assert fires("EOS-04", {"reason": "withdrew"})
