"""Coded answers of the sample room."""

from trial_edc.vocabulary import N_, Codelist


class Place(Codelist):
    """Where."""

    WARD = "ward", N_("Ward")
    ICU = "icu", N_("ICU")
    NONE = "none", N_("None")
