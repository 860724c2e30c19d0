"""Each declared check of the screening forms fires, and does not fire."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import MissingCode, Partial, Quantity
from trial_edc.dates import SITE_TZ

NOON = datetime(2026, 3, 8, 12, tzinfo=SITE_TZ)
OURS = ("SCN", "CNS", "CTC", "DEM", "MHX", "IST", "ELG")


def data(code: str, occurrence: int = 1, **values: Any) -> FormData:
    return FormData(
        code, values, occurrence=occurrence, form_id=hash((code, occurrence))
    )


CONSENT = data(
    "CNS",
    kind="initial",
    decision="given",
    decided_at=NOON,
    version="1.0",
    signer="participant",
    capacity="Y",
    witness=MissingCode.NOT_APPLICABLE,
)
CLOSED = data("SCN", approached_at=NOON, screening_closed_at=NOON)
HISTORY = data(
    "MHX",
    **dict.fromkeys(("hbv", "hcv", "hiv", "tb", "syphilis", "fungal"), "N"),
    malignancy="N",
    transplant="N",
    vasculitis="N",
    allergy="N",
)
JUDGED = data("ELG", e3="N", e4="N", e5="N", e14="N", e15="N")


def with_values(base: FormData, **values: Any) -> FormData:
    return FormData(base.code, {**base.values, **values}, occurrence=base.occurrence)


EIGHTY = Quantity(Decimal(80), "umol/L", Decimal(80))
CKD = [
    CONSENT,
    data("DEM", birth_date=date(1970, 1, 1), sex="M"),
    data("CRE", 1, sample_at=NOON - timedelta(days=10), value=EIGHTY),
    data("CRE", 2, sample_at=NOON - timedelta(days=9), value=EIGHTY),
]
REGISTERED = data("SCN", approached_at=NOON, sex="M", age_years=61)
AGAIN = {"approached_at": NOON + timedelta(days=8)}
# check, the form and what else hangs in the casebook when it fires, and when not
CASES: list[tuple[str, FormData, list[FormData], FormData, list[FormData]]] = [
    (
        "SCN-01",
        data("SCN", approach_result="consented"),
        [],
        data("SCN", approach_result="consented"),
        [CONSENT],
    ),
    ("SCN-02", data("SCN", 2), [data("SCN")], data("SCN", 2), [CLOSED]),
    (
        "SCN-03",
        data("SCN", 2, approached_at=NOON + timedelta(minutes=1)),
        [CLOSED, data("RAN", randomised_at=NOON)],
        data("SCN", 2, approached_at=NOON),
        [CLOSED, data("RAN", randomised_at=NOON)],
    ),
    (
        "SCN-04",
        data("SCN", 2, approached_at=NOON + timedelta(days=7, minutes=1)),
        [CLOSED, CONSENT],
        data("SCN", 2, approached_at=NOON + timedelta(days=7)),
        [CLOSED, CONSENT],
    ),
    (
        "SCN-05",
        data(
            "SCN", approached_at=NOON, screening_closed_at=NOON - timedelta(minutes=1)
        ),
        [],
        CLOSED,
        [],
    ),
    (
        "SCN-06",
        data("SCN", screen_failure_reason="criteria_failed"),
        [],
        data("SCN", screen_failure_reason="criteria_failed"),
        [CONSENT, data("DEM", birth_date=date(1950, 1, 1))],
    ),
    (
        "SCN-07",
        data("SCN", screen_failure_reason="not_evaluable"),
        [CONSENT, data("DEM", birth_date=date(1950, 1, 1))],
        data("SCN", screen_failure_reason="not_evaluable"),
        [CONSENT],
    ),
    ("CNS-01", data("CNS", kind="contact"), [], data("CNS", kind="initial"), []),
    (
        "CNS-03",
        with_values(CONSENT, signer="representative"),
        [],
        with_values(CONSENT, signer="representative", capacity="N"),
        [],
    ),
    ("CNS-04", with_values(CONSENT, witness="N"), [], CONSENT, []),
    (
        "CNS-06",
        with_values(CONSENT, decided_at=NOON + timedelta(minutes=1)),
        [data("RAN", randomised_at=NOON)],
        CONSENT,
        [data("RAN", randomised_at=NOON)],
    ),
    (
        "CTC-01",
        data("CTC", phones=[{"number": "call home"}]),
        [],
        data("CTC", phones=[{"number": "+86 138-0000-1234"}]),
        [],
    ),
    (
        "CTC-04",
        data("CTC", hospital_no="不详 000"),
        [],
        data("CTC", hospital_no="0001"),
        [],
    ),
    ("CTC-02", data("CTC", email="li.wei"), [], data("CTC", email="l@w.cn"), []),
    (
        "DEM-01",
        data("DEM", birth_date=date(1899, 12, 31)),
        [],
        data("DEM", birth_date=date(1900, 1, 1)),
        [],
    ),
    (
        "DEM-02",
        data("DEM", birth_date=date(1960, 3, 8)),
        [CONSENT],
        data("DEM", birth_date=date(1960, 3, 9)),
        [CONSENT],
    ),
    (
        "MHX-01",
        data("MHX", history=[{"term": "Gout", "start": "2020-03", "end": "2020-02"}]),
        [],
        data("MHX", history=[{"term": "Gout", "start": "2020-03", "end": "2020"}]),
        [],
    ),
    *(
        (f"MHX-0{n}", with_values(HISTORY, **{item: "Y"}), [JUDGED], HISTORY, [JUDGED])
        for n, item in enumerate(
            ("malignancy", "transplant", "vasculitis", "fungal", "allergy"), 2
        )
    ),
    *(
        (f"ELG-1{n}", with_values(JUDGED, **{item: "Y"}), [HISTORY], JUDGED, [HISTORY])
        for n, item in enumerate(("e5", "e4", "e14", "e15", "e3"), 2)
    ),
    (
        "IST-01",
        data("IST", 2, any_exposure="Y"),
        [data("IST", any_exposure="N")],
        data("IST", 2, any_exposure="Y"),
        [data("IST", any_exposure="Y")],
    ),
    (
        "IST-02",
        data("IST", mg_per_day=Decimal(0)),
        [],
        data("IST", mg_per_day=Decimal("0.001")),
        [],
    ),
    (
        "IST-03",
        data(
            "IST",
            drug_class="steroid",
            drug="dexamethasone",
            mg_per_day=Decimal("150.001"),
        ),
        [],
        data(
            "IST", drug_class="steroid", drug="dexamethasone", mg_per_day=Decimal(150)
        ),
        [],
    ),
    (
        "IST-04",
        data("IST", start=Partial("2026-02"), stop=Partial("2026-01-31")),
        [],
        data("IST", start=Partial("2026-02"), stop=Partial("2026-02-01")),
        [],
    ),
    (
        "IST-05",
        data("IST", drug_class="immunosuppressant", drug="prednisone"),
        [],
        data("IST", drug_class="immunosuppressant", drug="other"),
        [],
    ),
    (
        "DEM-03",
        data("DEM", sex="F"),
        [REGISTERED],
        data("DEM", sex="M"),
        [REGISTERED],
    ),
    (
        "DEM-04",
        data("DEM", birth_date=date(1962, 3, 8)),  # 64 that day
        [REGISTERED],
        data("DEM", birth_date=date(1962, 3, 9)),  # 63 that day
        [REGISTERED],
    ),
    (
        "DEM-04",
        data("DEM", birth_date=date(1967, 3, 9)),  # 58 that day
        [REGISTERED],
        data("DEM", birth_date=date(1967, 3, 8)),  # 59 that day
        [REGISTERED],
    ),
    ("MHX-07", data("MHX", known_ckd="Y"), CKD, data("MHX", known_ckd="N"), CKD),
    ("ELG-01", data("ELG", ultrasound="N"), [], data("ELG", ultrasound="Y"), []),
    (
        "ELG-02",
        data("ELG", hcg_at=NOON - timedelta(days=7, minutes=1)),
        [CONSENT],
        data("ELG", hcg_at=NOON - timedelta(days=7)),
        [CONSENT],
    ),
    (
        "ELG-03",
        data("ELG", hcg_result="positive", e2="N"),
        [],
        data("ELG", hcg_result="positive", e2="Y"),
        [],
    ),
    (
        "ELG-04",
        data("ELG", lvef_at=NOON - timedelta(days=30, minutes=1)),
        [CONSENT],
        data("ELG", lvef_at=NOON - timedelta(days=30)),
        [CONSENT],
    ),
    (
        "ELG-05",
        data("ELG", phone_confirmed="Y"),
        [data("CTC", phones=[{"works": "N"}])],
        data("ELG", phone_confirmed="Y"),
        [data("CTC", phones=[{"works": "N"}, {"works": "Y"}])],
    ),
]
FIRES = [(one, wrong, beside) for one, wrong, beside, _right, _beside in CASES]
QUIET = [(one, right, beside) for one, _wrong, _beside, right, beside in CASES]


def fires(check_id: str, entered: FormData, beside: list[FormData]) -> bool:
    casebook = Casebook.of(beside).with_data(entered)
    return CHECKS[check_id].run(entered, casebook) is not None


@pytest.mark.verifies("QRY-02")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_check_fires_on_the_one_and_not_on_the_other(
    case: tuple[str, FormData, list[FormData], FormData, list[FormData]],
) -> None:
    check_id, wrong, beside_wrong, right, beside_right = case

    assert fires(check_id, wrong, beside_wrong)
    assert not fires(check_id, right, beside_right)


def test_every_check_of_the_room_has_a_case() -> None:
    declared = {
        check_id
        for check_id, one in CHECKS.items()
        if one.form in OURS and one.rule.__module__.startswith("enrollment.")
    }

    assert declared == {case[0] for case in CASES}
