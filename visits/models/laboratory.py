"""The register of laboratories and their reference ranges (LNR)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.models import Recorded
from trial_edc.choices import choices
from visits.laboratory.vocabulary import Analyte, RangeSex

Limits = tuple[Decimal | None, Decimal | None]


class Laboratory(Recorded):
    """A laboratory whose results are entered; the code stands in imported files."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta(Recorded.Meta):
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ReferenceRange(TwoPersonEntry, Recorded):
    """The normal range of a laboratory for a period; it counts once approved."""

    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="ranges")
    analyte = models.CharField(_("analyte"), max_length=40, choices=choices(Analyte))
    sex = models.CharField(_("sex"), max_length=3, choices=choices(RangeSex))
    unit = models.CharField(_("unit"), max_length=12)
    low = models.DecimalField(_("low"), max_digits=12, decimal_places=4, null=True)
    high = models.DecimalField(_("high"), max_digits=12, decimal_places=4, null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True)

    class Meta(Recorded.Meta):
        ordering = ("laboratory", "analyte", "sex", "valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("laboratory", "analyte", "sex", "valid_from"),
                name="one_range_a_day",
            ),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(low__lt=F("high")),
                name="range_low_below_high",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                name="range_has_a_limit",
            ),
            *two_persons(whole="range_approval_whole", by_two="range_by_two_persons"),
        )

    @classmethod
    def approved(
        cls, laboratories: Iterable[int], sex: str | None
    ) -> list["ReferenceRange"]:
        """The approved ranges of laboratories for a sex, in one select.

        Later ranges come after earlier ones, those of the sex after those for both.
        """
        laboratory_ids = set(laboratories)
        if not laboratory_ids:
            return []
        ranges = cls._default_manager.filter(
            laboratory_id__in=laboratory_ids,
            sex__in=[RangeSex.ANY.value, sex or RangeSex.ANY.value],
            approved_at__isnull=False,
        ).order_by("valid_from")
        return sorted(
            ranges, key=lambda reference_range: reference_range.sex != RangeSex.ANY
        )

    @staticmethod
    def in_force(
        ranges: Iterable["ReferenceRange"], laboratory_id: int, on: date
    ) -> dict[str, "ReferenceRange"]:
        return {
            reference_range.analyte: reference_range
            for reference_range in ranges
            if reference_range.laboratory_id == laboratory_id
            and reference_range.valid_from <= on
            and (reference_range.valid_to is None or reference_range.valid_to >= on)
        }
