"""Invented names and phrases of the site's staff."""

from collections.abc import Mapping

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
GIVEN_NAMES = tuple("伟芳娜敏静丽强磊军洋勇艳杰涛明薇红梅宁博")
ADDRESSES = ("北京市海淀区", "北京市丰台区", "河北省保定市", "天津市南开区")

EXPLANATIONS = (
    "Confirmed against the source document.",
    "Value repeated and confirmed.",
    "Known to the treating physician; consistent with the clinical course.",
    "Correct as documented on the ward.",
    "Measured twice; the participant was asymptomatic.",
)
ANSWERS = (
    "Checked against the source; the value is correct.",
    "Source document reviewed, entry confirmed.",
    "Clarified with the ward; the documentation has been completed.",
)
CLOSINGS = ("Answer accepted.", "Explanation accepted, source seen.")
WHY_CHANGED = "Corrected after comparison with the source."

# Queries of a monitor, by form and item.
QUESTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "VIT": (
        ("weight_kg", "The nursing chart shows another weight. Please check."),
        ("heart_rate", "Please confirm the heart rate."),
    ),
    "CMD": (
        ("dose", "The prescription shows another dose. Please check."),
        ("indication", "Please specify the indication."),
    ),
    "LAB": (("haemoglobin", "The printout shows another value. Please check."),),
    "VIS": (("visit_date", "The note is dated otherwise. Please check."),),
    "CRE": (("value", "Please confirm the unit of this value."),),
    "STY": (("in_at", "Please confirm the time of admission."),),
    "AE": (("onset", "Please give the time of onset as well."),),
    "INF": (("stopped_at", "The infusion chart shows another end. Please check."),),
}

AKI_CAUSES = (
    ("sepsis", "hypoperfusion"),
    ("sepsis",),
    ("hypoperfusion",),
    ("contrast",),
    ("nephrotoxic_drug",),
    ("cardiac_surgery",),
    ("other_surgery",),
    ("rhabdomyolysis",),
)
HISTORY = ("Appendectomy", "Gallstones", "Gastric ulcer", "Pneumonia", "Gout")

CAUSES_OF_DEATH = (
    ("Septic shock", "infection"),
    ("Multiple organ failure", "multi_organ"),
    ("Acute myocardial infarction", "cardiovascular"),
    ("Respiratory failure due to pneumonia", "respiratory"),
    ("Gastrointestinal bleeding", "bleeding"),
)
REASONS_AGAINST: Mapping[str, str] = {
    "e5_why": "Colon cancer, resected two years ago.",
    "e8_why": "Blood cultures still positive after five days of treatment.",
    "e12_why": "Mean pressure below 60 mmHg under noradrenaline.",
}
IN_ERROR = "A malignancy of the past became known one day after randomization."
TWO_PERSONS = "Two identity cards were compared."
DEVIATION_ACTIONS = (
    "Discussed with the site staff; reminders are set earlier.",
    "Participant informed; visit windows explained again.",
    "Process reviewed with the ward.",
)
NARRATIVE = (
    "The participant was treated for severe acute kidney injury when the event began. "
    "Treatment followed the local standard; the course is documented in the record."
)
