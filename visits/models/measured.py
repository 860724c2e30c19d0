"""The vital signs that several forms share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from record.casebook import items

MEASURED = (
    "temperature_c",
    "heart_rate",
    "respiratory_rate",
    "spo2_pct",
    "systolic_bp",
    "diastolic_bp",
)


class Measured(models.Model):
    """The vital signs of every form that measures them."""

    temperature_c = items.Number(
        _("Temperature"),
        unit="°C",
        decimals=1,
        required=True,
        hard=(30, 45),
        soft=(35, 38.5),
        sdtm="VS.VSORRES:TEMP",
        loinc="8310-5",
    )
    heart_rate = items.Number(
        _("Heart rate"),
        unit="/min",
        required=True,
        hard=(20, 250),
        soft=(50, 130),
        sdtm="VS.VSORRES:HR",
        loinc="8867-4",
    )
    respiratory_rate = items.Number(
        _("Respiratory rate"),
        unit="/min",
        required=True,
        hard=(4, 80),
        soft=(10, 30),
        sdtm="VS.VSORRES:RESP",
        loinc="9279-1",
    )
    spo2_pct = items.Number(
        _("Oxygen saturation (SpO₂)"),
        unit="%",
        required=True,
        hard=(40, 100),
        soft=(92, 100),
        sdtm="VS.VSORRES:OXYSAT",
        loinc="59408-5",
    )
    systolic_bp = items.Number(
        _("Systolic blood pressure"),
        unit="mmHg",
        required=True,
        hard=(40, 300),
        soft=(90, 180),
        sdtm="VS.VSORRES:SYSBP",
        loinc="8480-6",
    )
    diastolic_bp = items.Number(
        _("Diastolic blood pressure"),
        unit="mmHg",
        required=True,
        hard=(20, 200),
        soft=(45, 110),
        sdtm="VS.VSORRES:DIABP",
        loinc="8462-4",
    )

    class Meta:
        abstract = True
