"""A survivor as recorded, whom tests of the endpoint rules change."""

from datetime import date, datetime
from decimal import Decimal

from outcomes.rules import CreatinineSample, Record
from trial_edc.dates import SITE_TZ


def at(text: str) -> datetime:
    """A wall-clock time of the site."""
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TZ)


DAY_0 = date(2023, 3, 1)  # so day 28 is 29 March, month 3 is 1 June
INFUSED_AT = at("2023-03-01T10:00")
SURVIVOR = Record(
    randomized_on=DAY_0,
    infusion_1_at=INFUSED_AT,
    baseline_umol_l=Decimal(80),
    cutoff=date(2023, 12, 31),
    d28_visit_on=date(2023, 3, 29),
    m3_visit_on=date(2023, 6, 1),
    last_alive_on=date(2023, 6, 1),
    creatinine=(
        CreatinineSample(at("2023-03-29T08:00"), Decimal(110)),
        CreatinineSample(at("2023-06-01T08:00"), Decimal(100)),
    ),
)
