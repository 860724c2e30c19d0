"""Fields of plain forms for texts, numbers and names, read as everywhere."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trial_edc.typed_text import (
    LONGEST,
    UnfitText,
    fit_text,
    identifier,
    plain,
    plain_number,
)

NO_NUMBER = "?"


class TypedText(forms.CharField):
    """Words. Too long a text is refused as it was typed; no control cuts it off."""

    def __init__(self, *, longest: int = LONGEST, **options: Any) -> None:
        self.longest = longest
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        try:
            return fit_text(super().to_python(value) or "", self.longest)
        except UnfitText as problem:
            message = _(problem.message) % problem.details
            raise ValidationError(message, "text") from problem


class ShownDigest(forms.CharField):
    """The digest of what a page shows; who is refused gets the present one."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        del data
        return initial


class TypedIdentifier(TypedText):
    """A number that names a person or thing: plain, upper case, without spaces."""

    def to_python(self, value: Any) -> str:
        return identifier(super().to_python(value))


class PlainText(TypedText):
    """A name in plain letters and digits: of a user, lot, donor, document version."""

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value))


class TypedEmail(forms.EmailField):
    """An address of e-mail."""

    def to_python(self, value: Any) -> str:
        return super().to_python(plain(str(value or ""))) or ""


class TypedSlug(forms.SlugField):
    """A short code of plain letters, digits and dashes."""

    def to_python(self, value: Any) -> str:
        return super().to_python(plain(str(value or ""))) or ""


class TypedInteger(forms.IntegerField):
    """A whole number; a control for numbers would drop full-width digits unseen."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        return super().to_python(_number(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "numeric"}


class TypedDecimal(forms.DecimalField):
    """An exact number."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        return super().to_python(_number(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "decimal"}


def _number(value: Any) -> str:
    """What a number field reads: "" for nothing, no number for what may be another."""
    text = "" if value is None else str(value)
    return plain_number(text) or (plain(text) and NO_NUMBER)
