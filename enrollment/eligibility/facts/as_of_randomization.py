"""The casebook as it was at randomization; pure.

What was sampled, taken or decided later says nothing about the screening: a creatinine
of day 7 is no evidence for I1, and a drug begun on day 10 none for E17.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import YesNo

# By form, the item that dates the event of a row.
EVENT_ITEMS = {
    "CNS": "decided_at",
    "CRE": "sample_at",
    "URI": "end_at",
    "LAB": "sampled_at",
    "IST": "start",
}
LATER_CHANGES = ("last_dose_change", "switched", "stop")


def as_of_randomization(casebook: Casebook) -> Casebook:
    until = casebook.value("RAN", "randomised_at")
    if until is None:
        return casebook

    def load(codes: Collection[str]) -> Iterator[FormData]:
        casebook.read(*codes)
        for data in chain.from_iterable(map(casebook.rows, codes)):
            if (earlier_data := form_data_as_of(data, until)) is not None:
                yield earlier_data

    return Casebook(load)


def form_data_as_of(data: FormData, until: datetime) -> FormData | None:
    """Form without what happened later; None when all of it did.

    A drug that was stopped or changed after randomization was going on at that time.
    """
    if is_later(data.get(EVENT_ITEMS.get(data.code, "")), until):
        return None
    later = {i for i in LATER_CHANGES if is_later(data.get(i), until)}
    if data.code != "IST" or not later:
        return data
    values = {**data.values, **dict.fromkeys(later)}
    if "stop" in later:
        values["ongoing"] = YesNo.YES.value
    return replace(data, values=values)


def is_later(moment: datetime | Partial | date | None, until: datetime) -> bool:
    """A partial date counts from its earliest day."""
    if isinstance(moment, Partial):
        instant = moment.instant(SITE_TZ)
        moment = instant if instant is not None else moment.earliest
    if isinstance(moment, datetime):
        return moment > until
    return moment is not None and moment > site_date(until)
