"""The casebook as it was at randomisation; pure.

What was sampled, taken or decided later says nothing about the screening: a creatinine
of day 7 is no evidence for I1, and a drug begun on day 10 none for E17.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from trial_edc.dates import SITE_ZONE, site_date
from trial_edc.vocabulary import YesNo

# By form, the item that says when what a row tells had happened.
HAPPENED = {
    "CNS": "decided_at",
    "CRE": "sample_at",
    "URI": "end_at",
    "LAB": "sampled_at",
    "IST": "start",
}
LATER_CHANGES = ("last_dose_change", "switched", "stop")


def as_screened(casebook: Casebook) -> Casebook:
    """Return the casebook as screening saw it; before randomisation all of it."""
    until = casebook.value("RAN", "randomised_at")
    if until is None:
        return casebook

    def load(codes: Collection[str]) -> Iterator[FormData]:
        casebook.read(*codes)
        for data in chain.from_iterable(map(casebook.rows, codes)):
            if (seen := as_seen(data, until)) is not None:
                yield seen

    return Casebook(load)


def as_seen(data: FormData, until: datetime) -> FormData | None:
    """Return a form without what happened later; None when all of it did.

    A drug that was stopped or changed after randomisation was going on at that time.
    """
    if is_later(data.get(HAPPENED.get(data.code, "")), until):
        return None
    later = {i for i in LATER_CHANGES if is_later(data.get(i), until)}
    if data.code != "IST" or not later:
        return data
    known = {**data.values, **dict.fromkeys(later)}
    if "stop" in later:
        known["ongoing"] = YesNo.YES.value
    return replace(data, values=known)


def is_later(told: datetime | Partial | date | None, until: datetime) -> bool:
    """Tell whether an instant, or a date as far as it is known, lies after another."""
    if isinstance(told, Partial):
        instant = told.instant(SITE_ZONE)
        told = instant if instant is not None else told.earliest
    if isinstance(told, datetime):
        return told > until
    return told is not None and told > site_date(until)
