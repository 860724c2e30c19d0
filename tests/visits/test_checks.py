"""Edit checks of the visits room: each fires, and keeps quiet, without a database."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
from trial_edc.clock import SITE_TZ
from trial_edc.vocabulary import MissingCode
from visits.schedule.checks import ended

DAY_0 = datetime(2026, 3, 1, 10, tzinfo=SITE_TZ)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def sheet(
    code: str, visit: str = "", occurrence: int = 1, **values: object
) -> FormData:
    return FormData(
        code, values, visit=visit, occurrence=occurrence, form_id=occurrence
    )


CONSENT = sheet("CNS", kind="initial", decision="given", decided_at=DAY_0 - DAY)
RANDOMISED = sheet("RAN", randomised_at=DAY_0 - HOUR)
INFUSED = sheet("INF", "D0", given="given", started_at=DAY_0)
COURSE = (CONSENT, RANDOMISED, INFUSED)


def partial(text: str) -> Partial:
    return Partial(text)


def quantity(value: str, unit: str = "mmol/L") -> Quantity:
    return Quantity(Decimal(value), unit, Decimal(value))


def vis(visit: str = "D7", **values: object) -> FormData:
    return sheet("VIS", visit, performed="Y", **values)


def inf(visit: str = "D0", **values: object) -> FormData:
    told = {"given": "given", "started_at": DAY_0, **values}
    return sheet("INF", visit, **told)


def vsi(point: str, taken_at: object, **values: object) -> FormData:
    return sheet("VSI", "D0", time_point=point, taken_at=taken_at, **values)


DIED = sheet("DTH", death_on=partial("2026-03-05"))
LEFT = sheet("WDR", kind="everything", on=date(2026, 3, 5))
LOOKUP = sheet("WDR", kind="visits_lookup_allowed", on=date(2026, 3, 5))
REFUSED = sheet(
    "CNS", "", 2, kind="new_version", decision="refused", decided_at=DAY_0 + DAY
)
URINE = {"start_at": DAY_0, "end_at": DAY_0 + 2 * HOUR, "volume_ml": 100}
WEIGHED = sheet("VIT", "SCR", weight_kg=Decimal(70))
STAY = {"kind": "hospital", "hospital": "ours", "in_at": DAY_0}
GO = {"decision": "go", "planned_start_at": DAY_0 + 7 * DAY}
ON_7 = date(2026, 3, 8)
MISSED_7 = sheet("VIS", "D7", performed="N")
ND = MissingCode.NOT_DONE
SEEN_ON_7, SEEN_LATE = vis(visit_date=ON_7), vis(visit_date=date(2026, 3, 10))
STAYED = sheet("STY", **STAY, out_at=DAY_0 + 5 * DAY)
SECOND = inf("D7", started_at=DAY_0 + 8 * DAY)
NO_GO = sheet("IRQ", "D7", decision="no_go_final")


def found(occasion: str, on: date = date(2026, 4, 1)) -> FormData:
    """Return a deviation that a rule found."""
    return sheet("DEV", raised_by="SYS", rule=occasion, found_on=on)


AFTER = DAY_0 + 5 * DAY  # 6 March
PARTIAL = ("CRE", "CMD", "RRT", "AE")
LATER = {
    form: sheet(form, **{item: partial("2026-03-06") if form in PARTIAL else AFTER})
    for form, item in {**ended.OBSERVED, **ended.BEDSIDE}.items()
}
ENDED = [
    *((f"{form}-20", LATER[form], (LEFT,)) for form in ended.OBSERVED),
    *((f"{form}-21", one, (DIED,)) for form, one in LATER.items()),
]
SAME_DAY = (
    sheet("DTH", death_on=partial("2026-03-06")),
    sheet("WDR", kind="everything", on=date(2026, 3, 6)),
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
    ("VIS-11", MISSED_7, (sheet("VIT", "D7", weight_kg=Decimal(70)),)),
    ("VIS-11", sheet("VIS", "D0", performed="N"), COURSE),
    ("VIT-01", sheet("VIT", systolic_bp=80, diastolic_bp=80), ()),
    ("VSI-01", sheet("VSI", systolic_bp=80, diastolic_bp=81), ()),
    ("CRE-01", sheet("CRE", sample_at=partial("2026-03-01"), place="icu"), ()),
    ("CRE-02", sheet("CRE", sample_at=partial("2025-02-27T10:00")), COURSE),
    ("CRE-03", sheet("CRE", source_seen="N"), ()),
    (
        "CRE-04",
        sheet("CRE", sample_at=partial("2026-02-28T09:59"), routine_care="N"),
        COURSE,
    ),
    ("URI-01", sheet("URI", start_at=DAY_0, end_at=DAY_0), ()),
    ("URI-02", sheet("URI", start_at=DAY_0, end_at=DAY_0 + 25 * HOUR), ()),
    ("URI-03", sheet("URI", start_at=DAY_0, end_at=DAY_0 + 13 * HOUR), ()),
    ("URI-04", sheet("URI", **URINE), (sheet("URI", "", 2, **URINE),)),
    ("URI-05", sheet("URI", **{**URINE, "volume_ml": 1401}), (WEIGHED,)),
    ("LAB-01", sheet("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea"), ()),
    ("LAB-02", sheet("LAB", potassium=quantity("6.0")), ()),
    ("LAB-03", sheet("LAB", significance=[{"judgement": "yes_ae"}]), ()),
    ("LAB-04", sheet("LAB", significance=[{"analyte": "crp", "judgement": None}]), ()),
    ("CMD-01", sheet("CMD", drug="Prednisone acetate"), ()),
    ("CMD-01", sheet("CMD", drug="他克莫司胶囊"), ()),
    ("CMD-02", sheet("CMD", start=partial("2026-03"), stop=partial("2026-02-27")), ()),
    ("CMD-03", sheet("CMD", category="vasopressor", dose_unit="mg"), ()),
    (
        "RRT-01",
        sheet("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-02")),
        (),
    ),
    (
        "RRT-02",
        sheet(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:01"),
        ),
        (),
    ),
    (
        "RRT-03",
        sheet("RRT", started_at=partial("2026-03-05")),
        (sheet("RRT", "", 2, started_at=partial("2026-03-01")),),
    ),
    (
        "RRT-04",
        sheet("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        COURSE,
    ),
    ("STY-01", sheet("STY", in_at=DAY_0, out_at=DAY_0 - MINUTE), ()),
    (
        "STY-02",
        sheet("STY", **STAY),
        (sheet("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
    ("STY-03", sheet("STY", **{**STAY, "kind": "icu"}), ()),
    ("STY-04", sheet("STY", **STAY, out_at=DAY_0, out_to="other_hospital"), ()),
    ("STY-05", sheet("STY", **STAY, admission_type="unplanned"), COURSE),
    ("IRQ-01", sheet("IRQ", "D0", planned_start_at=DAY_0 + 24 * HOUR), COURSE),
    ("IRQ-02", sheet("IRQ", "D7", planned_start_at=DAY_0 + 9 * DAY), COURSE),
    (
        "IRQ-03",
        sheet("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 11 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        sheet("IRQ", "D7", **GO),
        (*COURSE, sheet("AE", serious="Y", caused_by_infusion="possible")),
    ),
    ("IRQ-04", sheet("IRQ", "D7", **GO), (*COURSE, sheet("AE", serious="Y"))),
    ("IRQ-05", sheet("IRQ", "D7", dosing_weight_kg=Decimal("77.1")), (WEIGHED,)),
    ("IRQ-06", sheet("IRQ", "D7", **GO), (*COURSE, LOOKUP)),
    ("IRQ-07", sheet("IRQ", "D7", **GO), (*COURSE, REFUSED)),
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
    ("VSI-04", vsi("m15", None), (sheet("VSI", "D0", 2, time_point="m15"),)),
    (
        "DEV-01",
        sheet("DEV", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        sheet("DVP", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    ("DEV-02", sheet("DEV", description="the Saline bag was swapped"), ()),
    ("DEV-02", sheet("DEV", description="干细胞批次有误"), ()),
    ("DEV-03", found("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", found("VISIT-MISSED VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", found("VISIT-MISSED VIS D7 #1", date(2026, 3, 11)), COURSE),
    ("DEV-03", found("VISIT-MISSED VIS D10 #1"), (*COURSE, STAYED)),
    ("DEV-03", found("INFUSION-1-LATE INF D0 #1"), COURSE),
    ("DEV-03", found("INFUSION-1-LATE INF D0 #1"), ()),
    ("DEV-03", found("INFUSION-TOO-LATE INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", found("INFUSION-TOO-LATE INF D7 #1"), COURSE),
    ("DEV-03", found("INFUSION-2-NOT-GIVEN"), (*COURSE, SECOND)),
    (
        "DEV-03",
        found("INFUSION-WITHOUT-GO INF D7 #1"),
        (*COURSE, SECOND, sheet("IRQ", "D7", **GO)),
    ),
    ("DEV-03", found("COVER-FAILED INF D7 #1"), (*COURSE, SECOND)),
]

FIRES += ENDED
QUIET: list[tuple[str, FormData, tuple[FormData, ...]]] = [
    *((name, one, SAME_DAY) for name, one, _others in ENDED),
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), COURSE),
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), (CONSENT, RANDOMISED)),
    ("VIS-02", vis(visit_date=date(2026, 3, 5)), (*COURSE, DIED)),
    ("VIS-03", vis(visit_date=date(2026, 3, 5)), (*COURSE, LEFT)),
    ("VIS-04", vis(visit_date=ON_7, mode="record_lookup"), (*COURSE, LOOKUP)),
    (
        "VIS-05",
        vis(visit_date=ON_7, creatinine_taken="Y"),
        (*COURSE, sheet("CRE", sample_at=partial("2026-03-08T07:00"))),
    ),
    (
        "VIS-06",
        vis(visit_date=ON_7, new_ae="Y"),
        (*COURSE, sheet("AE", onset=partial("2026-03"))),
    ),
    (
        "VIS-08",
        vis(visit_date=ON_7, rrt_since="Y"),
        (
            *COURSE,
            vis("D0", visit_date=date(2026, 3, 1)),
            sheet("RRT", started_at=partial("2026-02-20"), ongoing="Y"),
        ),
    ),
    (
        "VIS-09",
        vis(visit_date=ON_7, stay_change="Y"),
        (*COURSE, sheet("STY", in_at=DAY_0 - DAY, out_at=DAY_0 + 5 * DAY)),
    ),
    ("VIS-10", vis("D0", visit_date=date(2026, 3, 1)), COURSE),
    ("VIS-11", MISSED_7, (*COURSE, sheet("VIT", "D7", weight_kg=ND))),
    ("VIS-11", MISSED_7, (sheet("VSI", "D7", time_point="pre", taken_at=ND),)),
    ("VIS-11", MISSED_7, (sheet("LAB", "D28", sampled_at=DAY_0),)),
    ("VIT-01", sheet("VIT", systolic_bp=81, diastolic_bp=80), ()),
    ("VIT-01", sheet("VIT", systolic_bp=MissingCode.NOT_DONE, diastolic_bp=80), ()),
    ("CRE-01", sheet("CRE", sample_at=partial("2026-03-01"), place="outside_lab"), ()),
    ("CRE-01", sheet("CRE", sample_at=partial("2026-03-01T08:00"), place="icu"), ()),
    ("CRE-02", sheet("CRE", sample_at=partial("2025-02-28")), COURSE),
    (
        "CRE-04",
        sheet("CRE", sample_at=partial("2026-02-28"), routine_care="N"),
        COURSE,
    ),
    ("URI-02", sheet("URI", start_at=DAY_0, end_at=DAY_0 + 24 * HOUR), ()),
    ("URI-03", sheet("URI", start_at=DAY_0, end_at=DAY_0 + 12 * HOUR), ()),
    (
        "URI-04",
        sheet("URI", **URINE),
        (sheet("URI", "", 2, start_at=DAY_0 + 2 * HOUR, end_at=DAY_0 + 3 * HOUR),),
    ),
    ("URI-05", sheet("URI", **{**URINE, "volume_ml": 1400}), (WEIGHED,)),
    ("LAB-02", sheet("LAB", potassium=quantity("5.9")), ()),
    ("CMD-01", sheet("CMD", drug="Furosemide"), ()),
    ("CMD-02", sheet("CMD", start=partial("2026-03"), stop=partial("2026-03-01")), ()),
    ("CMD-03", sheet("CMD", category="vasopressor", dose_unit="ug/kg/min"), ()),
    (
        "RRT-02",
        sheet(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:00"),
        ),
        (),
    ),
    (
        "RRT-03",
        sheet("RRT", started_at=partial("2026-03-05")),
        (
            sheet(
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
        sheet("STY", **{**STAY, "kind": "icu"}),
        (sheet("STY", "", 2, **STAY),),
    ),
    (
        "STY-05",
        sheet("STY", **STAY, admission_type="unplanned"),
        (*COURSE, sheet("AE", seriousness=["hospitalisation"])),
    ),
    ("IRQ-01", sheet("IRQ", "D0", planned_start_at=DAY_0 + 23 * HOUR), COURSE),
    ("IRQ-02", sheet("IRQ", "D7", planned_start_at=DAY_0 + 8 * DAY), COURSE),
    (
        "IRQ-03",
        sheet("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 10 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        sheet("IRQ", "D7", **GO),
        (*COURSE, sheet("AE", serious="Y", caused_by_infusion="unlikely")),
    ),
    ("IRQ-05", sheet("IRQ", "D7", dosing_weight_kg=Decimal(77)), (WEIGHED,)),
    ("INF-04", inf(), (*COURSE, sheet("IRQ", "D0", decision="go"))),
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
    ("DEV-02", sheet("DEV", description="Visit took place too late."), ()),
    ("DEV-03", found("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_LATE)),
    ("DEV-03", found("VISIT-MISSED VIS D7 #1"), COURSE),
    ("DEV-03", found("VISIT-MISSED VIS D7 #1", date(2026, 3, 12)), COURSE),
    ("DEV-03", found("VISIT-MISSED VIS D10 #1"), COURSE),
    ("DEV-03", found("INFUSION-2-NOT-GIVEN"), (*COURSE, NO_GO)),
    ("DEV-03", found("INFUSION-WITHOUT-GO INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", found("INFUSION-IN-PAUSE INF D0 #1"), COURSE),
    ("DEV-03", sheet("DEV", raised_by="user"), ()),
    (
        "VIS-07",
        vis(visit_date=ON_7, new_drug="Y"),
        (*COURSE, sheet("CMD", start=partial("2026-03-08"))),
    ),
    ("VSI-01", sheet("VSI", systolic_bp=81, diastolic_bp=80), ()),
    ("CRE-03", sheet("CRE", source_seen="Y"), ()),
    ("URI-01", sheet("URI", start_at=DAY_0, end_at=DAY_0 + MINUTE), ()),
    (
        "LAB-01",
        sheet("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea_nitrogen"),
        (),
    ),
    (
        "LAB-03",
        sheet("LAB", significance=[{"judgement": "yes_ae"}]),
        (sheet("AE", grade="1"),),
    ),
    ("LAB-04", sheet("LAB", significance=[{"analyte": "crp", "judgement": "no"}]), ()),
    (
        "RRT-01",
        sheet("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-03")),
        (),
    ),
    (
        "RRT-04",
        sheet("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        (*COURSE, sheet("AE", treatment=["rrt"])),
    ),
    ("STY-01", sheet("STY", in_at=DAY_0, out_at=DAY_0), ()),
    ("STY-02", sheet("STY", **STAY), (sheet("STY", "", 2, **STAY),)),
    (
        "STY-04",
        sheet("STY", **STAY, out_at=DAY_0, out_to="other_hospital"),
        (sheet("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
    ("IRQ-06", sheet("IRQ", "D7", **GO), COURSE),
    (
        "IRQ-07",
        sheet("IRQ", "D7", **GO),
        (
            *COURSE,
            sheet(
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
    ("VSI-04", vsi("m15", None), (sheet("VSI", "D0", 2, time_point="m30"),)),
    (
        "DEV-01",
        sheet("DEV", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        sheet("DVP", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
]


def fired(check_id: str, one: FormData, others: tuple[FormData, ...]) -> bool:
    check = CHECKS[check_id]
    assert check.form == one.code
    finding = check.run(one, Casebook.of(others).with_sheet(one))
    if finding and finding.details:
        assert finding.message % finding.details
    return finding is not None


@pytest.mark.parametrize(("check_id", "one", "others"), FIRES)
def test_check_finds(check_id, one, others):
    assert fired(check_id, one, others)


@pytest.mark.parametrize(("check_id", "one", "others"), QUIET)
def test_check_keeps_quiet(check_id, one, others):
    assert not fired(check_id, one, others)


def test_each_check_of_the_room_is_tried():
    declared = {i for i, one in CHECKS.items() if one.rule.__module__[:7] == "visits."}

    assert {check_id for check_id, _one, _others in FIRES} == declared
    assert {check_id for check_id, _one, _others in QUIET} == declared


@pytest.mark.parametrize(
    ("check_id", "one"),
    [(name, one) for name, one, _others in ENDED if name.endswith("-20")]
    + [("VIS-03", vis(visit_date=ON_7))],
)
@pytest.mark.verifies("WIN-07")
def test_what_was_recorded_before_a_withdrawal_can_be_corrected(check_id, one):
    known = replace(one, item_revisions=dict.fromkeys(one.values, 1))

    assert fired(check_id, one, (LEFT,))
    assert not fired(check_id, known, (LEFT,))
