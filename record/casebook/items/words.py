"""Texts, coded answers and files."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.casebook.items.base import Item
from record.casebook.values import Value
from trial_edc.typed_text import LONGEST, UnfitText, described, fit_text
from trial_edc.vocabulary import Codelist
from trial_edc.vocabulary import YesNo as YesNoTerm


class Text(Item, models.TextField):  # type: ignore[type-arg]
    """Words; `rows` is the height of the control.

    `names_medicine`: what is given as medicine also outside the trial, such as saline,
    may be named here.
    """

    base = models.TextField

    def __init__(
        self,
        label: Any = "",
        *,
        rows: int = 1,
        longest: int = LONGEST,
        names_medicine: bool = False,
        **options: Any,
    ) -> None:
        self.rows, self.longest = rows, longest
        self.names_medicine = names_medicine
        super().__init__(label, **options)

    def parse_entered(self, raw: Any) -> Value:
        try:
            return fit_text(str(raw), self.longest) or None
        except UnfitText as problem:
            details = dict(problem.details)
            raise ValidationError(_(problem.message), "text", details) from problem


class Choice(Item, models.CharField):  # type: ignore[type-arg]
    """One code of a list of terms."""

    base = models.CharField
    column_options = {"max_length": 40}

    def __init__(
        self, label: Any = "", terms: type[Codelist] = YesNoTerm, **o: Any
    ) -> None:
        super().__init__(label, terms=terms, **o)

    def parse_entered(self, raw: Any) -> Value:
        return parse_code(self.facts.terms, raw)


def parse_code(terms: type[Codelist] | None, raw: Any) -> str:
    codes = [term.value for term in terms or ()]
    if str(raw) not in codes:
        message = _("“%(entered)s” is not among the answers. Choose one of the list.")
        raise ValidationError(message, "code", {"entered": described(raw)})
    return str(raw)


class YesNo(Choice):
    """Yes or no, stored as Y or N."""

    def __init__(self, label: Any = "", **options: Any) -> None:
        options.pop("terms", None)
        super().__init__(label, YesNoTerm, **options)


class MultipleChoice(Item, ArrayField):  # type: ignore[type-arg]
    """Several codes; stored in the order of the list; `none` excludes the rest."""

    base = ArrayField

    def __init__(
        self, label: Any = "", terms: type[Codelist] = YesNoTerm, **o: Any
    ) -> None:
        o.pop("base_field", None)
        o.pop("size", None)
        column = models.CharField(max_length=40)
        super().__init__(label, base_field=column, terms=terms, **o)

    def parse(self, raw: Any) -> Value:
        """Sort the codes in the order of the terms; None without any."""
        if not raw:
            return None
        codes = {parse_code(self.facts.terms, code) for code in codes_in(raw)}
        if "none" in codes and len(codes) > 1:
            message = _("“None” cannot be chosen together with another answer.")
            raise ValidationError(message, "none")
        return [t.value for t in self.facts.terms or () if t.value in codes] or None

    def as_text(self, value: Value) -> Any:
        return list(value or [])


def codes_in(raw: Any) -> Iterable[str]:
    if isinstance(raw, str):
        return [code.strip() for code in raw.split(";") if code.strip()]
    return [str(code) for code in raw]


class File(Item, models.CharField):  # type: ignore[type-arg]
    """A file, by the key under which the casebook keeps it; type and size checked."""

    base = models.CharField
    column_options = {"max_length": 32}

    def __init__(
        self,
        label: Any = "",
        *,
        types: tuple[str, ...] = ("application/pdf", "image/jpeg"),
        most_megabytes: int = 10,
        **options: Any,
    ) -> None:
        self.types, self.most_megabytes = types, most_megabytes
        super().__init__(label, **options)
