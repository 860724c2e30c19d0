"""Edit checks of medication, renal replacement and stays."""

from collections.abc import Mapping
from datetime import timedelta

from enrollment.consent.facts.decisions import first_consented_at
from record.casebook.checks import CheckRule, check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import (
    bounds,
    ends_before_start,
    others,
    overlap,
    repeated_row,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.typed_text import comparison_key
from trial_edc.vocabulary import N_, Severity, YesNo
from visits.logs.vocabulary import (
    AdmissionType,
    DoseUnit,
    DrugCategory,
    Hospital,
    LeftTo,
    RrtRow,
    StayKind,
)
from visits.schedule.conditions import is_before

# Words that show that a drug belongs in the other log.
IMMUNOSUPPRESSANTS = (
    "tacrolimus",
    "ciclosporin",
    "cyclosporin",
    "mycophenol",
    "azathioprine",
    "cyclophosphamide",
    "methotrexate",
    "sirolimus",
    "everolimus",
    "rituximab",
    "leflunomide",
    "他克莫司",
    "环孢素",
    "吗替麦考酚",
    "霉酚酸",
    "硫唑嘌呤",
    "环磷酰胺",
    "甲氨蝶呤",
    "西罗莫司",
    "利妥昔单抗",
    "来氟米特",
)
STEROIDS = (*PROTOCOL.eligibility.steroid_equivalents_mg, "泼尼松", "地塞米松", "的松")
LONGEST_SESSION = timedelta(hours=24)


@check(
    "CMD-01",
    form="CMD",
    item="drug",
    severity=Severity.HARD,
    message=N_("Enter steroids and immunosuppressants in their own log."),
)
def belongs_in_other_log(data: FormData, casebook: Casebook) -> bool:
    """A drug that criterion E17 considers."""
    del casebook
    drug = comparison_key(data.get("drug") or "")
    return any(word in drug for word in (*STEROIDS, *IMMUNOSUPPRESSANTS))


@check(
    "CMD-02",
    form="CMD",
    item="stop",
    severity=Severity.HARD,
    message=N_("The drug was stopped before it was started."),
)
def stopped_before_start(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return ends_before_start(data.get("start"), data.get("stop"))


@check(
    "CMD-03",
    form="CMD",
    item="dose_unit",
    severity=Severity.SOFT,
    message=N_("Vasopressors are entered in µg/kg/min."),
)
def vasopressor_unit(data: FormData, casebook: Casebook) -> bool:
    del casebook
    vasopressor = data.get("category") == DrugCategory.VASOPRESSOR
    return vasopressor and data.get("dose_unit") not in (None, DoseUnit.UG_KG_MIN)


@check(
    "RRT-01",
    form="RRT",
    item="ended_at",
    severity=Severity.HARD,
    message=N_("The end lies before the start."),
)
def rrt_ends_before_start(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return ends_before_start(data.get("started_at"), data.get("ended_at"))


@check(
    "RRT-02",
    form="RRT",
    item="ended_at",
    severity=Severity.SOFT,
    message=N_("One session of more than 24 hours: is it a course?"),
)
def session_too_long(data: FormData, casebook: Casebook) -> bool:
    del casebook
    start, end = data.get("started_at"), data.get("ended_at")
    if data.get("row_kind") != RrtRow.SESSION or start is None or end is None:
        return False
    return bounds(end)[0] - bounds(start)[1] > LONGEST_SESSION


@check(
    "RRT-03",
    form="RRT",
    item="started_at",
    severity=Severity.SOFT,
    message=N_("Overlaps another row of this log."),
)
def rrt_overlaps(data: FormData, casebook: Casebook) -> bool:
    mine = data.get("started_at"), data.get("ended_at")
    return any(
        overlap(mine, (row.get("started_at"), row.get("ended_at")))
        for row in others(data, casebook)
    )


@check(
    "RRT-04",
    form="RRT",
    item="unplanned",
    severity=Severity.SOFT,
    message=N_("Worse than expected? Then record an adverse event."),
)
def rrt_without_event(data: FormData, casebook: Casebook) -> bool:
    start, consent = data.get("started_at"), first_consented_at(casebook)
    if data.get("unplanned") != YesNo.YES or start is None or consent is None:
        return False
    has_event = any(
        "rrt" in (row.get("treatment") or ()) for row in casebook.rows("AE")
    )
    return not is_before(start, consent) and not has_event


@check(
    "STY-01",
    form="STY",
    item="out_at",
    severity=Severity.HARD,
    message=N_("Out lies before in."),
)
def out_before_in(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return ends_before_start(data.get("in_at"), data.get("out_at"))


def _place(data: FormData) -> tuple[str | None, str | None]:
    return data.get("hospital"), data.get("hospital_name")


def _span(data: FormData) -> tuple[object, object]:
    return data.get("in_at"), data.get("out_at")


@check(
    "STY-02",
    form="STY",
    item="in_at",
    severity=Severity.SOFT,
    message=N_("The person cannot be in two hospitals at once."),
)
def two_hospitals(data: FormData, casebook: Casebook) -> bool:
    return any(
        _place(row) != _place(data) and overlap(_span(data), _span(row))
        for row in others(data, casebook)
    )


@check(
    "STY-03",
    form="STY",
    item="kind",
    severity=Severity.SOFT,
    message=N_("This intensive care stay lies outside any stay in that hospital."),
)
def icu_outside_hospital(data: FormData, casebook: Casebook) -> bool:
    start, end = _span(data)
    if data.get("kind") != StayKind.ICU or start is None:
        return False
    return not any(
        row.get("kind") == StayKind.HOSPITAL
        and _place(row) == _place(data)
        and row.get("in_at") is not None
        and row.get("in_at") <= start
        and (row.get("out_at") is None or (end and row.get("out_at") >= end))
        for row in others(data, casebook)
    )


@check(
    "STY-04",
    form="STY",
    item="out_to",
    severity=Severity.SOFT,
    message=N_("Left to another hospital: add the stay there."),
)
def next_stay_missing(data: FormData, casebook: Casebook) -> bool:
    out_at = data.get("out_at")
    if data.get("out_to") != LeftTo.OTHER_HOSPITAL or out_at is None:
        return False
    return not any(
        row.get("hospital") == Hospital.OTHER
        and row.get("in_at") is not None
        and row.get("in_at") >= out_at
        for row in others(data, casebook)
    )


@check(
    "STY-05",
    form="STY",
    item="admission_type",
    severity=Severity.SOFT,
    message=N_("An unplanned admission is a serious adverse event: record it."),
)
def unplanned_without_event(data: FormData, casebook: Casebook) -> bool:
    start, consent = data.get("in_at"), first_consented_at(casebook)
    unplanned = data.get("admission_type") == AdmissionType.UNPLANNED
    if not unplanned or start is None or consent is None or start < consent:
        return False
    return not any(
        "hospitalisation" in (row.get("seriousness") or ())
        for row in casebook.rows("AE")
    )


# Items that a row needs before it can be the same as another.
ROW_KEYS = {
    "IST": ("drug", "start"),
    "CMD": ("drug", "start"),
    "RRT": ("modality", "started_at"),
    "STY": ("kind", "in_at"),
    "AE": ("term", "onset"),
    "URI": ("end_at", "start_at"),
    "LAB": ("sampled_at",),
    "CNS": ("kind", "decided_at"),
    "CAL": ("channel", "at"),
    "WDR": ("kind", "on"),
}


def _repeated(*definite: str) -> CheckRule:
    def rule(data: FormData, casebook: Casebook) -> Mapping[str, int] | None:
        row = repeated_row(data, casebook, *definite)
        return {"row": row.occurrence} if row else None

    return rule


for _form, _items in ROW_KEYS.items():
    check(
        f"{_form}-30",
        form=_form,
        item=_items[-1],
        severity=Severity.HARD,
        message=N_("Row %(row)s says the same in every item. Enter it once."),
    )(_repeated(*_items))
