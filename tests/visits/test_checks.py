"""Edit checks of the visits room: each fires, and keeps quiet, without a database."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
from trial_edc.dates import SITE_TZ
from trial_edc.vocabulary import MissingCode
from visits.schedule.checks import after_end

DAY_0 = datetime(2026, 3, 1, 10, tzinfo=SITE_TZ)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def data(code: str, visit: str = "", occurrence: int = 1, **values: object) -> FormData:
    return FormData(
        code, values, visit=visit, occurrence=occurrence, form_id=occurrence
    )


CONSENT = data("CNS", kind="initial", decision="given", decided_at=DAY_0 - DAY)
RANDOMIZED = data("RAN", randomised_at=DAY_0 - HOUR)
INFUSED = data("INF", "D0", given="given", started_at=DAY_0)
COURSE = (CONSENT, RANDOMIZED, INFUSED)


def partial(text: str) -> Partial:
    return Partial(text)


def quantity(value: str, unit: str = "mmol/L") -> Quantity:
    return Quantity(Decimal(value), unit, Decimal(value))


def vis(visit: str = "D7", **values: object) -> FormData:
    return data("VIS", visit, performed="Y", **values)


def inf(visit: str = "D0", **values: object) -> FormData:
    answers = {"given": "given", "started_at": DAY_0, **values}
    return data("INF", visit, **answers)


def vsi(point: str, taken_at: object, **values: object) -> FormData:
    return data("VSI", "D0", time_point=point, taken_at=taken_at, **values)


DIED = data("DTH", death_on=partial("2026-03-05"))
LEFT = data("WDR", kind="everything", on=date(2026, 3, 5))
LOOKUP = data("WDR", kind="visits_lookup_allowed", on=date(2026, 3, 5))
REFUSED = data(
    "CNS", "", 2, kind="new_version", decision="refused", decided_at=DAY_0 + DAY
)
URINE = {"start_at": DAY_0, "end_at": DAY_0 + 2 * HOUR, "volume_ml": 100}
WEIGHED = data("VIT", "SCR", weight_kg=Decimal(70))
STAY = {"kind": "hospital", "hospital": "ours", "in_at": DAY_0}
GO = {"decision": "go", "planned_start_at": DAY_0 + 7 * DAY}
ON_7 = date(2026, 3, 8)
MISSED_7 = data("VIS", "D7", performed="N")
ND = MissingCode.NOT_DONE
SEEN_ON_7, SEEN_LATE = vis(visit_date=ON_7), vis(visit_date=date(2026, 3, 10))
STAYED = data("STY", **STAY, out_at=DAY_0 + 5 * DAY)
SECOND = inf("D7", started_at=DAY_0 + 8 * DAY)
NO_GO = data("IRQ", "D7", decision="no_go_final")


def deviation(occasion: str, on: date = date(2026, 4, 1)) -> FormData:
    return data("DEV", raised_by="SYS", rule=occasion, found_on=on)


AFTER = DAY_0 + 5 * DAY  # 6 March
PARTIAL = ("CRE", "CMD", "RRT", "AE")
LATER = {
    form: data(form, **{item: partial("2026-03-06") if form in PARTIAL else AFTER})
    for form, item in {**after_end.OBSERVATION_TIMES, **after_end.BEDSIDE_TIMES}.items()
}
ENDED = [
    *((f"{form}-20", LATER[form], (LEFT,)) for form in after_end.OBSERVATION_TIMES),
    *((f"{form}-21", row, (DIED,)) for form, row in LATER.items()),
]
SAME_DAY = (
    data("DTH", death_on=partial("2026-03-06")),
    data("WDR", kind="everything", on=date(2026, 3, 6)),
)
FIRES: list[tuple[str, FormData, tuple[FormData, ...]]] = [
    ("VIS-01", vis(appointment_at=DAY_0 + 12 * DAY), COURSE),
    ("VIS-02", vis(visit_date=ON_7), (*COURSE, DIED)),
    ("VIS-03", vis(visit_date=ON_7), (*COURSE, LEFT)),
    ("VIS-04", vis(visit_date=ON_7, mode="in_person"), (*COURSE, LOOKUP)),
    ("VIS-05", vis(visit_date=ON_7, creatinine_taken="Y"), COURSE),
    ("VIS-06", vis(visit_date=ON_7, new_ae="Y"), COURSE),
    ("VIS-07", vis(visit_date=ON_7, new_drug="Y"), COURSE),
    ("VIS-08", vis(visit_date=ON_7, rrt_since="Y"), COURSE),
    ("VIS-09", vis(visit_date=ON_7, stay_change="Y"), COURSE),
    ("VIS-10", vis("D0", visit_date=ON_7), COURSE),
    ("VIS-11", MISSED_7, (data("VIT", "D7", weight_kg=Decimal(70)),)),
    ("VIS-11", data("VIS", "D0", performed="N"), COURSE),
    ("VIT-01", data("VIT", systolic_bp=80, diastolic_bp=80), ()),
    ("VSI-01", data("VSI", systolic_bp=80, diastolic_bp=81), ()),
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01"), place="icu"), ()),
    ("CRE-02", data("CRE", sample_at=partial("2025-02-27T10:00")), COURSE),
    ("CRE-03", data("CRE", source_seen="N"), ()),
    (
        "CRE-04",
        data("CRE", sample_at=partial("2026-02-28T09:59"), routine_care="N"),
        COURSE,
    ),
    ("URI-01", data("URI", start_at=DAY_0, end_at=DAY_0), ()),
    ("URI-02", data("URI", start_at=DAY_0, end_at=DAY_0 + 25 * HOUR), ()),
    ("URI-03", data("URI", start_at=DAY_0, end_at=DAY_0 + 13 * HOUR), ()),
    ("URI-04", data("URI", **URINE), (data("URI", "", 2, **URINE),)),
    ("URI-05", data("URI", **{**URINE, "volume_ml": 1401}), (WEIGHED,)),
    ("LAB-01", data("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea"), ()),
    ("LAB-02", data("LAB", potassium=quantity("6.0")), ()),
    ("LAB-03", data("LAB", significance=[{"judgement": "yes_ae"}]), ()),
    ("LAB-04", data("LAB", significance=[{"analyte": "crp", "judgement": None}]), ()),
    ("CMD-01", data("CMD", drug="Prednisone acetate"), ()),
    ("CMD-01", data("CMD", drug="他克莫司胶囊"), ()),
    ("CMD-02", data("CMD", start=partial("2026-03"), stop=partial("2026-02-27")), ()),
    ("CMD-03", data("CMD", category="vasopressor", dose_unit="mg"), ()),
    (
        "RRT-01",
        data("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-02")),
        (),
    ),
    (
        "RRT-02",
        data(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:01"),
        ),
        (),
    ),
    (
        "RRT-03",
        data("RRT", started_at=partial("2026-03-05")),
        (data("RRT", "", 2, started_at=partial("2026-03-01")),),
    ),
    (
        "RRT-04",
        data("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        COURSE,
    ),
    ("STY-01", data("STY", in_at=DAY_0, out_at=DAY_0 - MINUTE), ()),
    (
        "STY-02",
        data("STY", **STAY),
        (data("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
    ("STY-03", data("STY", **{**STAY, "kind": "icu"}), ()),
    ("STY-04", data("STY", **STAY, out_at=DAY_0, out_to="other_hospital"), ()),
    ("STY-05", data("STY", **STAY, admission_type="unplanned"), COURSE),
    ("IRQ-01", data("IRQ", "D0", planned_start_at=DAY_0 + 24 * HOUR), COURSE),
    ("IRQ-02", data("IRQ", "D7", planned_start_at=DAY_0 + 9 * DAY), COURSE),
    (
        "IRQ-03",
        data("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 11 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        data("IRQ", "D7", **GO),
        (*COURSE, data("AE", serious="Y", caused_by_infusion="possible")),
    ),
    ("IRQ-04", data("IRQ", "D7", **GO), (*COURSE, data("AE", serious="Y"))),
    ("IRQ-05", data("IRQ", "D7", dosing_weight_kg=Decimal("77.1")), (WEIGHED,)),
    ("IRQ-06", data("IRQ", "D7", **GO), (*COURSE, LOOKUP)),
    ("IRQ-07", data("IRQ", "D7", **GO), (*COURSE, REFUSED)),
    ("INF-01", inf(started_at=DAY_0 - 2 * HOUR), COURSE),
    ("INF-02", inf(stopped_at=DAY_0), COURSE),
    ("INF-03", inf("D7", started_at=DAY_0 - HOUR), COURSE),
    ("INF-04", inf(), COURSE),
    ("INF-05", inf(started_at=DAY_0 + 24 * HOUR), COURSE),
    ("INF-05", inf("D7", started_at=DAY_0 + 9 * DAY), COURSE),
    (
        "INF-06",
        inf(
            interruptions=[
                {"from_at": (DAY_0 - MINUTE).isoformat(), "to_at": None, "reason": ""}
            ]
        ),
        (),
    ),
    ("INF-07", inf(stopped_at=DAY_0 + 481 * MINUTE), ()),
    ("INF-08", inf(stopped_at=DAY_0 + 14 * MINUTE), ()),
    ("INF-09", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(201)), ()),
    ("INF-10", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(51)), ()),
    ("INF-11", inf(stopped_at=DAY_0 + 40 * MINUTE), ()),
    ("VSI-02", vsi("m15", DAY_0 + 21 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0 - 31 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0 + MINUTE), COURSE),
    ("VSI-03", vsi("m15", MissingCode.NOT_DONE), ()),
    ("VSI-04", vsi("m15", None), (data("VSI", "D0", 2, time_point="m15"),)),
    (
        "DEV-01",
        data("DEV", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        data("DVP", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    ("DEV-02", data("DEV", description="the Saline bag was swapped"), ()),
    ("DEV-02", data("DEV", description="干细胞批次有误"), ()),
    ("DEV-03", deviation("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1", date(2026, 3, 11)), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D10 #1"), (*COURSE, STAYED)),
    ("DEV-03", deviation("INFUSION-1-LATE INF D0 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-1-LATE INF D0 #1"), ()),
    ("DEV-03", deviation("INFUSION-TOO-LATE INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", deviation("INFUSION-TOO-LATE INF D7 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-2-NOT-GIVEN"), (*COURSE, SECOND)),
    (
        "DEV-03",
        deviation("INFUSION-WITHOUT-GO INF D7 #1"),
        (*COURSE, SECOND, data("IRQ", "D7", **GO)),
    ),
    ("DEV-03", deviation("COVER-FAILED INF D7 #1"), (*COURSE, SECOND)),
]

FIRES += ENDED
QUIET: list[tuple[str, FormData, tuple[FormData, ...]]] = [
    *((name, row, SAME_DAY) for name, row, _others in ENDED),
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), COURSE),
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), (CONSENT, RANDOMIZED)),
    ("VIS-02", vis(visit_date=date(2026, 3, 5)), (*COURSE, DIED)),
    ("VIS-03", vis(visit_date=date(2026, 3, 5)), (*COURSE, LEFT)),
    ("VIS-04", vis(visit_date=ON_7, mode="record_lookup"), (*COURSE, LOOKUP)),
    (
        "VIS-05",
        vis(visit_date=ON_7, creatinine_taken="Y"),
        (*COURSE, data("CRE", sample_at=partial("2026-03-08T07:00"))),
    ),
    (
        "VIS-06",
        vis(visit_date=ON_7, new_ae="Y"),
        (*COURSE, data("AE", onset=partial("2026-03"))),
    ),
    (
        "VIS-08",
        vis(visit_date=ON_7, rrt_since="Y"),
        (
            *COURSE,
            vis("D0", visit_date=date(2026, 3, 1)),
            data("RRT", started_at=partial("2026-02-20"), ongoing="Y"),
        ),
    ),
    (
        "VIS-09",
        vis(visit_date=ON_7, stay_change="Y"),
        (*COURSE, data("STY", in_at=DAY_0 - DAY, out_at=DAY_0 + 5 * DAY)),
    ),
    ("VIS-10", vis("D0", visit_date=date(2026, 3, 1)), COURSE),
    ("VIS-11", MISSED_7, (*COURSE, data("VIT", "D7", weight_kg=ND))),
    ("VIS-11", MISSED_7, (data("VSI", "D7", time_point="pre", taken_at=ND),)),
    ("VIS-11", MISSED_7, (data("LAB", "D28", sampled_at=DAY_0),)),
    ("VIT-01", data("VIT", systolic_bp=81, diastolic_bp=80), ()),
    ("VIT-01", data("VIT", systolic_bp=MissingCode.NOT_DONE, diastolic_bp=80), ()),
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01"), place="outside_lab"), ()),
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01T08:00"), place="icu"), ()),
    ("CRE-02", data("CRE", sample_at=partial("2025-02-28")), COURSE),
    (
        "CRE-04",
        data("CRE", sample_at=partial("2026-02-28"), routine_care="N"),
        COURSE,
    ),
    ("URI-02", data("URI", start_at=DAY_0, end_at=DAY_0 + 24 * HOUR), ()),
    ("URI-03", data("URI", start_at=DAY_0, end_at=DAY_0 + 12 * HOUR), ()),
    (
        "URI-04",
        data("URI", **URINE),
        (data("URI", "", 2, start_at=DAY_0 + 2 * HOUR, end_at=DAY_0 + 3 * HOUR),),
    ),
    ("URI-05", data("URI", **{**URINE, "volume_ml": 1400}), (WEIGHED,)),
    ("LAB-02", data("LAB", potassium=quantity("5.9")), ()),
    ("CMD-01", data("CMD", drug="Furosemide"), ()),
    ("CMD-02", data("CMD", start=partial("2026-03"), stop=partial("2026-03-01")), ()),
    ("CMD-03", data("CMD", category="vasopressor", dose_unit="ug/kg/min"), ()),
    (
        "RRT-02",
        data(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:00"),
        ),
        (),
    ),
    (
        "RRT-03",
        data("RRT", started_at=partial("2026-03-05")),
        (
            data(
                "RRT",
                "",
                2,
                started_at=partial("2026-03-01"),
                ended_at=partial("2026-03-05"),
            ),
        ),
    ),
    (
        "STY-03",
        data("STY", **{**STAY, "kind": "icu"}),
        (data("STY", "", 2, **STAY),),
    ),
    (
        "STY-05",
        data("STY", **STAY, admission_type="unplanned"),
        (*COURSE, data("AE", seriousness=["hospitalisation"])),
    ),
    ("IRQ-01", data("IRQ", "D0", planned_start_at=DAY_0 + 23 * HOUR), COURSE),
    ("IRQ-02", data("IRQ", "D7", planned_start_at=DAY_0 + 8 * DAY), COURSE),
    (
        "IRQ-03",
        data("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 10 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        data("IRQ", "D7", **GO),
        (*COURSE, data("AE", serious="Y", caused_by_infusion="unlikely")),
    ),
    ("IRQ-05", data("IRQ", "D7", dosing_weight_kg=Decimal(77)), (WEIGHED,)),
    ("INF-04", inf(), (*COURSE, data("IRQ", "D0", decision="go"))),
    ("INF-05", inf(started_at=DAY_0 + 23 * HOUR), COURSE),
    ("INF-05", inf("D7", started_at=DAY_0 + 8 * DAY), COURSE),
    ("INF-07", inf(stopped_at=DAY_0 + 480 * MINUTE), ()),
    ("INF-08", inf(stopped_at=DAY_0 + 15 * MINUTE), ()),
    ("INF-09", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(200)), ()),
    ("INF-10", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(50)), ()),
    ("INF-11", inf(stopped_at=None), ()),
    ("VSI-02", vsi("m15", DAY_0 + 20 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0), COURSE),
    ("VSI-02", vsi("m15", DAY_0 + 20 * MINUTE), ()),
    ("DEV-02", data("DEV", description="Visit took place too late."), ()),
    ("DEV-03", deviation("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_LATE)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1"), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1", date(2026, 3, 12)), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D10 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-2-NOT-GIVEN"), (*COURSE, NO_GO)),
    ("DEV-03", deviation("INFUSION-WITHOUT-GO INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", deviation("INFUSION-IN-PAUSE INF D0 #1"), COURSE),
    ("DEV-03", data("DEV", raised_by="user"), ()),
    (
        "VIS-07",
        vis(visit_date=ON_7, new_drug="Y"),
        (*COURSE, data("CMD", start=partial("2026-03-08"))),
    ),
    ("VSI-01", data("VSI", systolic_bp=81, diastolic_bp=80), ()),
    ("CRE-03", data("CRE", source_seen="Y"), ()),
    ("URI-01", data("URI", start_at=DAY_0, end_at=DAY_0 + MINUTE), ()),
    (
        "LAB-01",
        data("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea_nitrogen"),
        (),
    ),
    (
        "LAB-03",
        data("LAB", significance=[{"judgement": "yes_ae"}]),
        (data("AE", grade="1"),),
    ),
    ("LAB-04", data("LAB", significance=[{"analyte": "crp", "judgement": "no"}]), ()),
    (
        "RRT-01",
        data("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-03")),
        (),
    ),
    (
        "RRT-04",
        data("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        (*COURSE, data("AE", treatment=["rrt"])),
    ),
    ("STY-01", data("STY", in_at=DAY_0, out_at=DAY_0), ()),
    ("STY-02", data("STY", **STAY), (data("STY", "", 2, **STAY),)),
    (
        "STY-04",
        data("STY", **STAY, out_at=DAY_0, out_to="other_hospital"),
        (data("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
    ("IRQ-06", data("IRQ", "D7", **GO), COURSE),
    (
        "IRQ-07",
        data("IRQ", "D7", **GO),
        (
            *COURSE,
            data(
                "CNS", "", 2, kind="contact", decision="refused", decided_at=DAY_0 + DAY
            ),
        ),
    ),
    ("INF-01", inf(started_at=DAY_0 - HOUR), COURSE),
    ("INF-02", inf(stopped_at=DAY_0 + MINUTE), COURSE),
    ("INF-03", inf("D7", started_at=DAY_0 + MINUTE), COURSE),
    (
        "INF-06",
        inf(
            interruptions=[
                {"from_at": DAY_0.isoformat(), "to_at": None, "reason": ""},
            ]
        ),
        (),
    ),
    ("VSI-03", vsi("m15", DAY_0), ()),
    ("VSI-04", vsi("m15", None), (data("VSI", "D0", 2, time_point="m30"),)),
    (
        "DEV-01",
        data("DEV", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        data("DVP", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
]


def fired(check_id: str, row: FormData, others: tuple[FormData, ...]) -> bool:
    check = CHECKS[check_id]
    assert check.form == row.code
    finding = check.run(row, Casebook.of(others).with_data(row))
    if finding and finding.details:
        assert finding.message % finding.details
    return finding is not None


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)


def test_each_check_of_the_room_is_tried():
    declared = {
        check_id
        for check_id, check in CHECKS.items()
        if check.rule.__module__[:7] == "visits."
    }

    assert {check_id for check_id, _row, _others in FIRES} == declared
    assert {check_id for check_id, _row, _others in QUIET} == declared


@pytest.mark.parametrize(
    ("check_id", "row"),
    [(name, row) for name, row, _others in ENDED if name.endswith("-20")]
    + [("VIS-03", vis(visit_date=ON_7))],
)
@pytest.mark.verifies("WIN-07")
def test_what_was_recorded_before_a_withdrawal_can_be_corrected(check_id, row):
    correction = replace(row, item_revisions=dict.fromkeys(row.values, 1))

    assert fired(check_id, row, (LEFT,))
    assert not fired(check_id, correction, (LEFT,))
