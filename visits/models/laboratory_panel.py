"""The laboratory panel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.conditions import AtVisit, Condition
from record.casebook.design import AtVisits
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.dates import site_date
from trial_edc.units import BILIRUBIN, HAEMOGLOBIN, PLATELETS, UREA
from visits.laboratory.vocabulary import Analyte, Significance, UreaKind
from visits.models.laboratory import ReferenceRange
from visits.schedule.facts import infusion_started_at

CELLS = {"10^9/L": 1}
MMOL = {"mmol/L": 1}
ENZYME = {"U/L": 1}
# 1 mg of protein per mmol of creatinine: creatinine weighs 113.12 g/mol.
PROTEIN_CREATININE = {"mg/g": 1, "mg/mmol": "8.84"}


class Side(Enum):
    """On which side of a reference range a value lies."""

    LOW = "low"
    HIGH = "high"


def outside_reference(data: FormData, casebook: Casebook) -> list[str]:
    """The analytes of a panel outside their laboratory's range.

    An analyte without an approved range in force is not outside of any.
    """
    laboratory, sex = data.get("laboratory"), casebook.value("DEM", "sex")
    if not _has_results(data):
        return []
    ranges = casebook.beside(
        (ReferenceRange, laboratory, sex),
        lambda: ReferenceRange.approved({laboratory}, sex),
    )
    return [analyte for analyte, _side in _outside(data, ranges)]


def sides_of_reference(
    form_data: Iterable[FormData], sex: str | None
) -> dict[int, dict[str, Side]]:
    """By panel, the side of each analyte outside its range; one select."""
    panels = [data for data in form_data if _has_results(data)]
    ranges = ReferenceRange.approved({data.get("laboratory") for data in panels}, sex)
    return {
        data.form_id or 0: dict(_outside(data, ranges)) for data in panels if ranges
    }


def _has_results(data: FormData) -> bool:
    has_values = any(data.get(analyte.value) is not None for analyte in Analyte)
    is_placed = data.get("sampled_at") is not None and data.get("laboratory")
    return bool(has_values and is_placed)


def _outside(
    data: FormData, ranges: Sequence[ReferenceRange]
) -> Iterator[tuple[str, Side]]:
    on, laboratory = site_date(data.get("sampled_at")), data.get("laboratory")
    limits = ReferenceRange.in_force(ranges, laboratory, on)
    for analyte, range_ in limits.items():
        quantity = data.get(analyte)
        if quantity is None:
            continue
        factor = LaboratoryPanel.crf_items()[analyte].units[range_.unit]  # type: ignore[attr-defined]
        if range_.low is not None and quantity.lies_below(range_.low * factor):
            yield analyte, Side.LOW
        elif range_.high is not None and quantity.lies_above(range_.high * factor):
            yield analyte, Side.HIGH


def is_after_infusion_1(data: FormData, casebook: Casebook) -> bool:
    """Whether a panel was sampled after infusion 1 began."""
    started_at, sampled_at = infusion_started_at(casebook, 1), data.get("sampled_at")
    return bool(started_at and sampled_at and sampled_at > started_at)


class OutOfReference(Condition):
    """After infusion 1 a value lies outside the laboratory's reference range."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        is_judged = is_after_infusion_1(data, casebook)
        return is_judged and bool(outside_reference(data, casebook))


def blood(
    label: Any, units: Mapping[str, Any], test: str, loinc: str, **facts: Any
) -> items.Lab:
    sdtm = f"LB.LBORRES:{test}"
    return items.Lab(label, units=units, sdtm=sdtm, loinc=loinc, **facts)


class LaboratoryPanel(CRF):
    """One set of results; a second set at a visit is another row."""

    sampled_at = items.DateTime(
        _("Sampled at"),
        required=True,
        missing_allowed=False,
        sdtm="LB.LBDTC",
        cdash="LBDAT",
    )
    laboratory = items.Ref(
        _("Laboratory"), to="visits.Laboratory", required=True, sdtm="LB.LBNAM"
    )
    routine_care = items.YesNo(_("Taken in routine care?"), required=True)
    platelets = blood(
        _("Platelets"),
        PLATELETS,
        "PLAT",
        "26515-7",
        required=AtVisit("SCR", "D0", "D7"),
        hard=(0, 2000),
        soft=(25, 600),
    )
    haemoglobin = blood(
        _("Haemoglobin"),
        HAEMOGLOBIN,
        "HGB",
        "718-7",
        required=True,
        hard=(20, 250),
        soft=(60, 180),
    )
    wbc = blood(
        _("White blood cells"),
        CELLS,
        "WBC",
        "26464-8",
        required=True,
        hard=(0, 500),
        soft=(2, 40),
    )
    neutrophils = blood(
        _("Neutrophils"), CELLS, "NEUT", "26499-4", hard=(0, 500), soft=(1, 35)
    )
    potassium = blood(
        _("Potassium"),
        MMOL,
        "K",
        "2823-3",
        required=True,
        hard=(1.5, 10),
        soft=(3, 6.5),
    )
    sodium = blood(
        _("Sodium"),
        MMOL,
        "SODIUM",
        "2951-2",
        required=True,
        hard=(90, 200),
        soft=(125, 155),
    )
    bicarbonate = blood(
        _("Bicarbonate"),
        MMOL,
        "BICARB",
        "1959-6",
        required=True,
        hard=(2, 60),
        soft=(12, 35),
    )
    urea = blood(
        _("Urea"),
        UREA,
        "UREAN",
        "14937-7",
        required=True,
        hard=(0.5, 100),
        soft=(2, 60),
        guide=_("mg/dL is read as urea nitrogen."),
    )
    urea_kind = items.Choice(_("What the laboratory reports"), UreaKind, required=True)
    calcium = blood(_("Calcium"), MMOL, "CA", "2000-8", hard=(0.5, 5), soft=(1.8, 3))
    phosphate = blood(
        _("Phosphate"), MMOL, "PHOS", "14879-1", hard=(0.1, 6), soft=(0.5, 3)
    )
    albumin = blood(
        _("Albumin"), {"g/L": 1}, "ALB", "1751-7", hard=(5, 70), soft=(20, 55)
    )
    alt = blood(
        _("Alanine aminotransferase"),
        ENZYME,
        "ALT",
        "1742-6",
        required=True,
        hard=(1, 20000),
        soft=(3, 500),
    )
    ast = blood(
        _("Aspartate aminotransferase"),
        ENZYME,
        "AST",
        "1920-8",
        required=True,
        hard=(1, 20000),
        soft=(3, 500),
    )
    bilirubin = blood(
        _("Total bilirubin"),
        BILIRUBIN,
        "BILI",
        "14631-6",
        required=True,
        hard=(0, 1000),
        soft=(2, 200),
    )
    crp = blood(
        _("C-reactive protein"),
        {"mg/L": 1},
        "CRP",
        "1988-5",
        hard=(0, 800),
        soft=(0, 300),
    )
    lactate = blood(_("Lactate"), MMOL, "LACTICAC", "", hard=(0.1, 35), soft=(0.3, 4))
    inr = blood(_("INR"), {"ratio": 1}, "INR", "6301-6", hard=(0.5, 20), soft=(0.8, 3))
    urine_protein_creatinine = blood(
        _("Urine protein/creatinine ratio"),
        PROTEIN_CREATININE,
        "PROTCRT",
        "2890-2",
        only_if=AtVisit("D28", "M3", "UNS"),
        hard=(0, 50000),
        soft=(0, 10000),
    )
    significance = items.ItemGroup(
        _("Clinically significant?"),
        items={
            "analyte": items.Choice(_("Analyte"), Analyte),
            "judgement": items.Choice(_("Judgement"), Significance),
        },
        required=OutOfReference(),
        judged=True,
        guide=_("One row for each value outside the reference range."),
        sdtm="LB.LBCLSIG",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 60
        code, title = "LAB", _("Laboratory panel")
        may_be_not_done = True
        sections = (
            Section(_("Sample"), "sampled_at", "laboratory", "routine_care"),
            Section(_("Blood count"), "platelets", "haemoglobin", "wbc", "neutrophils"),
            Section(
                _("Kidney and electrolytes"),
                "potassium",
                "sodium",
                "bicarbonate",
                "urea",
                "urea_kind",
                "calcium",
                "phosphate",
            ),
            Section(_("Liver"), "albumin", "alt", "ast", "bilirubin"),
            Section(_("Other"), "crp", "lactate", "inr", "urine_protein_creatinine"),
            Section(_("Judgement"), "significance"),
        )
        collected = AtVisits("SCR", "D0", "D7", "D28", "M3", "UNS")
        rows_at_visits = True
        row_title = ("sampled_at",)
        row_key = ("sampled_at",)
        is_table = True
