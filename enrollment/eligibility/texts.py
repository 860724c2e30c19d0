"""A few words for each criterion, where the protocol's own are too long to scan."""

from trial_edc.vocabulary import N_

NAMES = {
    "I1": N_("Severe AKI"),
    "I2": N_("Age 18 to 65"),
    "I3": N_("Informed consent"),
    "I4": N_("Able to comply with visits"),
    "E1": N_("Excluded cause of AKI"),
    "E2": N_("Pregnant or lactating"),
    "E3": N_("Allergic person"),
    "E4": N_("Transplant"),
    "E5": N_("Cancer, now or ever"),
    "E6": N_("Life expectancy below 3 months"),
    "E7": N_("End-stage liver disease"),
    "E8": N_("Uncontrollable infection"),
    "E9": N_("eGFR below 60 before the injury"),
    "E10": N_("Severe pulmonary dysfunction"),
    "E11": N_("Severe cardiac dysfunction"),
    "E12": N_("Hemodynamically unstable"),
    "E13": N_("More than 2 organs failing"),
    "E14": N_("Vasculitis"),
    "E15": N_("Chronic systemic infection"),
    "E16": N_("Rising vasopressor expected"),
    "E17": N_("Unstable immunosuppression, or steroids"),
    "E18": N_("Low platelets or severe blood disorder"),
    "E19": N_("Mechanical ventilation"),
    "E20": N_("In another clinical trial"),
}
