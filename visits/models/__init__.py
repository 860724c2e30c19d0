"""The forms of the visits room, one noun a file.

The order here is the order of the forms in the casebook.
"""

# ruff: isort: off - the order means something
from visits.models.bedside_act import BedsideAct
from visits.models.concomitant_medication import ConcomitantMedication
from visits.models.creatinine import Creatinine
from visits.models.deviation import (
    DeviationFinding,
    ProductDeviation,
    ProtocolDeviation,
)
from visits.models.feed import CalendarFeed
from visits.models.infusion import InfusionRecord
from visits.models.infusion_request import InfusionRequest
from visits.models.infusion_vital_signs import InfusionVitalSigns
from visits.models.laboratory import Laboratory, ReferenceRange
from visits.models.laboratory_panel import LaboratoryPanel
from visits.models.outlook import VisitOutlook
from visits.models.renal_replacement import RenalReplacement
from visits.models.stay import Stay
from visits.models.urine_collection import UrineCollection
from visits.models.value_to_judge import ValueToJudge
from visits.models.visit_record import VisitRecord
from visits.models.vital_signs import VitalSigns

# ruff: isort: on

__all__ = [
    "BedsideAct",
    "CalendarFeed",
    "ConcomitantMedication",
    "Creatinine",
    "DeviationFinding",
    "InfusionRecord",
    "InfusionRequest",
    "InfusionVitalSigns",
    "Laboratory",
    "LaboratoryPanel",
    "ProductDeviation",
    "ProtocolDeviation",
    "ReferenceRange",
    "RenalReplacement",
    "Stay",
    "UrineCollection",
    "ValueToJudge",
    "VisitOutlook",
    "VisitRecord",
    "VitalSigns",
]
