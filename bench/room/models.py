"""A form of 40 items, the same form bare, and the same table under three trails."""

from decimal import Decimal
from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from record.audit.triggers import Recorded
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import N_, Codelist, YesNo

NUMBERS = [f"number_{n:02}" for n in range(20)]
CHOICES = [f"choice_{n}" for n in range(6)]
ANSWERS = [f"answer_{n}" for n in range(4)]
TEXTS = [f"text_{n}" for n in range(4)]
DATES = [f"date_{n}" for n in range(4)]
INSTANTS = [f"instant_{n}" for n in range(2)]
NAMES = [*NUMBERS, *CHOICES, *ANSWERS, *TEXTS, *DATES, *INSTANTS]


class SampleGrade(Codelist):
    """Some answers to choose from."""

    NONE, MILD, SEVERE = ("0", N_("None")), ("1", N_("Mild")), ("2", N_("Severe"))


def _items() -> dict[str, Any]:
    limits: dict[str, Any] = {"decimals": 1, "hard": (0, 1000), "soft": (1, 900)}
    first_answer_is_yes = Answer("answer_0", "Y")
    return {
        **{n: items.Number(n, required=True, unit="mL", **limits) for n in NUMBERS},
        **{n: items.Choice(n, SampleGrade, required=True) for n in CHOICES},
        **{n: items.YesNo(n, required=True) for n in ANSWERS},
        **{n: items.Text(n, only_if=first_answer_is_yes, required=True) for n in TEXTS},
        **{n: items.Date(n, required=True) for n in DATES},
        **{n: items.DateTime(n, required=True) for n in INSTANTS},
    }


class Wide(CRF):
    """The form of 40 items, with ranges, skip logic and required items."""

    vars().update(_items())

    class Meta(CRF.Meta):
        pass

    class Design:
        code, title = "ZZW", "Wide form"
        sections = (Section("All", *NAMES),)
        collected = Log()


def _columns(*, required: bool = False) -> dict[str, Any]:
    free: Any = {"null": not required, "blank": not required}
    limits = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1000))]
    number: Any = {"max_digits": 12, "decimal_places": 1, "validators": limits, **free}
    code: Any = {"max_length": 40, **free}
    return {
        **{n: models.DecimalField(**number) for n in NUMBERS},
        **{n: models.CharField(choices=SampleGrade.choices(), **code) for n in CHOICES},
        **{n: models.CharField(choices=YesNo.choices(), **code) for n in ANSWERS},
        **{n: models.TextField(**free) for n in TEXTS},
        **{n: models.DateField(**free) for n in DATES},
        **{n: models.DateTimeField(**free) for n in INSTANTS},
    }


class Bare(models.Model):
    """The same form as any Django project would have it."""

    vars().update(_columns(required=True))


class Plain(models.Model):
    """The table without any trail."""

    vars().update(_columns())


class Ours(Recorded):
    """The table under the trigger of the audit room."""

    vars().update(_columns())

    class Meta(Recorded.Meta):
        pass


class WithSimpleHistory(models.Model):
    """The table under django-simple-history."""

    vars().update(_columns())
    history = HistoricalRecords()


@pghistory.track()
class WithPghistory(models.Model):
    """The table under django-pghistory."""

    vars().update(_columns())
