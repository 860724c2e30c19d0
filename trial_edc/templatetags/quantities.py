"""Numbers with their units, as every page writes them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from trial_edc import clock
from trial_edc.templatetags.components import NOTHING
from trial_edc.units import rounded, written_unit
from trial_edc.vocabulary import MissingCode

register = template.Library()
register.filter(written_unit)
MINUTE, MINUTES_AN_HOUR = timedelta(minutes=1), 60


@register.inclusion_tag("components/quantity.html")
def quantity(
    value: object, unit: str = "", *, missing: str = "", decimals: int | None = None
) -> dict[str, Any]:
    """`decimals` rounds a computed number; what was measured shows as it is."""
    word = _(MissingCode(missing).label) if missing else ""
    text = NOTHING if value is None or value == "" else value
    if isinstance(text, Decimal) and decimals is not None:
        text = f"{rounded(text, decimals):f}"
    unit = written_unit(str(unit)) if text != NOTHING else ""
    return {"value": text, "unit": unit, "missing": missing, "missing_word": word}


@register.simple_tag
def time_left(until: datetime) -> str:
    """In whole hours, rounded down; in minutes within the last hour."""
    minutes = abs(until - clock.now()) // MINUTE
    hours = minutes // MINUTES_AN_HOUR
    span = _("%(hours)s h") if hours else _("%(minutes)s min")
    words = _("%(span)s left") if until > clock.now() else _("%(span)s late")
    return words % {"span": span % {"hours": hours, "minutes": minutes}}
