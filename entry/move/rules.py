"""Which forms can be moved to another participant, and what they decide; pure."""

from collections.abc import Mapping

from trial_edc.vocabulary import N_, Codelist


class Decision(Codelist):
    """What a form decides, so that an investigator moves it and signs."""

    IDENTITY = "identity", N_("who the person is")
    CONSENT = "consent", N_("consent")
    ELIGIBILITY = "eligibility", N_("eligibility")
    ENDPOINTS = "endpoints", N_("endpoints")
    SAFETY = "safety", N_("safety")


DECIDES: Mapping[str, tuple[Decision, ...]] = {
    "CNS": (Decision.CONSENT, Decision.ELIGIBILITY),
    "CTC": (Decision.IDENTITY,),
    "DEM": (Decision.IDENTITY, Decision.ELIGIBILITY),
    "MHX": (),
    "IST": (Decision.ELIGIBILITY,),
    "ELG": (Decision.ELIGIBILITY,),
    "VIT": (Decision.ELIGIBILITY,),
    "LAB": (Decision.ELIGIBILITY,),
    "CRE": (Decision.ELIGIBILITY, Decision.ENDPOINTS),
    "URI": (Decision.ELIGIBILITY,),
    "CMD": (),
    "RRT": (Decision.ENDPOINTS,),
    "STY": (Decision.ENDPOINTS,),
    "VIS": (Decision.ENDPOINTS,),
    "O28": (Decision.ENDPOINTS,),
    "OM3": (Decision.ENDPOINTS,),
    "CAL": (Decision.ENDPOINTS,),
    "WDR": (Decision.CONSENT, Decision.ENDPOINTS),
    "EOS": (Decision.ENDPOINTS,),
    "AE": (Decision.SAFETY, Decision.ENDPOINTS),
    "DTH": (Decision.SAFETY, Decision.ENDPOINTS),
}
# Why the others are not moved, and what to do instead.
FIXED: Mapping[str, str] = {
    "SCN": N_("The screening log belongs to the number. Strike the screening out."),
    "RAN": N_("The system writes this at a randomization. Declare it in error."),
    "DEV": N_("A deviation follows from other forms. Strike it out, enter it anew."),
    **dict.fromkeys(
        ("IRQ", "INF", "VSI"),
        N_("An infusion belongs to one bag and one bedside. Correct the values there."),
    ),
    **dict.fromkeys(
        ("SAE", "PRG"), N_("This follows from an adverse event. Move that event.")
    ),
}


def is_movable(code: str) -> bool:
    return code in DECIDES


def decides_eligibility(code: str) -> bool:
    return Decision.ELIGIBILITY in DECIDES[code]
