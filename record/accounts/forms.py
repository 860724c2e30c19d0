"""Forms of sign-in, second factor, preferences and accounts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from record.accounts import roles
from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.roles import BlindingClass, Role
from record.accounts.selectors import (
    has_acknowledged,
    has_second_factor,
    passkeys_of,
)
from record.accounts.services import accounts as services
from record.accounts.services.passkeys import PasskeyAnswer
from record.accounts.services.sign_in import SIGNED_BEFORE, confirm_identity
from trial_edc import clock
from trial_edc.text_fields import PlainText, ShownDigest, TypedEmail, TypedText
from trial_edc.typed_text import LONGEST_REASON

THEMES = (
    ("", _("As the device")),
    ("light", _("Light")),
    ("dark", _("Dark")),
)
PASSWORD_INPUT = forms.PasswordInput({"autocomplete": "current-password"})
DATE_INPUT = forms.DateInput(
    {"placeholder": "2026-03-08", "autocomplete": "off", "data-now": "date"},
    format="%Y-%m-%d",
)


class SignInForm(forms.Form):
    """Name and password."""

    username = PlainText(
        label=_("User name"),
        longest=150,
        widget=forms.TextInput(
            {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(label=_("Password"), strip=False, widget=PASSWORD_INPUT)


LONGEST_CODE, LONGEST_ANSWER = 40, 16_000
CODE_INPUT = forms.TextInput(
    {"autocomplete": "one-time-code", "autocapitalize": "characters"}
)


class FactorInput(forms.TextInput):
    """A code, or beside it the answer of a passkey, which a script puts there."""

    template_name = "record/accounts/factor_input.html"

    def __init__(self, *, has_passkey: bool) -> None:
        super().__init__(CODE_INPUT.attrs)
        self.has_passkey = has_passkey

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Show again a code that was refused, no answer of a passkey: it served."""
        shown = "" if isinstance(value, PasskeyAnswer) else value
        context = super().get_context(name, shown, attrs)
        context["widget"]["has_passkey"] = self.has_passkey
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if answer := data.get(f"{name}_passkey"):
            return PasskeyAnswer(answer)
        return super().value_from_datadict(data, files, name)


class FactorCode(TypedText):
    """What a second factor gives: text, or the answer of a passkey."""

    def __init__(self, user: User) -> None:
        has_passkey = passkeys_of(user).exists()
        label = _("Code of the app, or a recovery code")
        if has_passkey:
            label = _("Passkey, code of the app, or a recovery code")
        widget = FactorInput(has_passkey=has_passkey)
        super().__init__(label=label, longest=LONGEST_CODE, widget=widget)

    def clean(self, value: Any) -> Any:
        if not isinstance(value, PasskeyAnswer):
            return super().clean(value)
        if len(value.text) > LONGEST_ANSWER:
            raise ValidationError(_("This passkey was not accepted."))
        return value


class SecondFactorForm(forms.Form):
    """What the second factor of a person gives who has given the password."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = FactorCode(user)


class EnrolForm(forms.Form):
    """The first code of a new app, as proof that it was set up."""

    code = TypedText(
        label=_("Code that the app shows now"), longest=10, widget=CODE_INPUT
    )


class RecoverForm(SignInForm):
    """Name, password and one of the recovery codes."""

    code = TypedText(label=_("Recovery code"), longest=40, widget=CODE_INPUT)


class ConfirmIdentityForm(forms.Form):
    """The password, with the name at the first signature of a session.

    After `is_valid()`, `proof` is the proof that services of a signature require.
    """

    username = PlainText(
        label=_("User name"),
        longest=150,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(label=_("Password"), strip=False, widget=PASSWORD_INPUT)
    proof: ReAuthenticated

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if request.session.get(SIGNED_BEFORE):
            del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.proof = confirm_identity(self.request, **cleaned)
            except IdentityNotConfirmed as problem:
                raise forms.ValidationError(str(problem)) from None
        return cleaned


class SignatureForm(ConfirmIdentityForm):
    """What a signature takes: also the second factor, where the account has one.

    Before the first signature the person acknowledges what it means, on a page of its
    own.
    """

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if has_second_factor(request.user):
            self.fields["code"] = FactorCode(request.user)

    @cached_property
    def is_acknowledged(self) -> bool:
        return has_acknowledged(self.request.user)


class PasskeyForm(SignatureForm):
    """A passkey to be registered: its name, the answer of the device, who asks."""

    name = TypedText(
        label=_("Name of the passkey"),
        longest=50,
        help_text=_("So that you know it again, such as: key on my key ring."),
    )
    answer = forms.CharField(
        widget=forms.HiddenInput,
        max_length=LONGEST_ANSWER,
        error_messages={"required": _("The device made no passkey.")},
    )
    field_order = ("name", "username", "password")

    def clean(self) -> dict[str, Any]:
        details = self.cleaned_data
        own = [name for name in ("name", "answer") if name in details]
        kept: dict[str, Any] = {name: details.pop(name) for name in own}
        super().clean()
        self.cleaned_data = kept
        return kept


class AcknowledgementForm(SignatureForm):
    """The acknowledgement itself."""

    is_read = forms.BooleanField(label=_("I have read this, and it is my statement."))
    field_order = ("is_read", "username", "password")

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.pop("is_read", None)
        return super().clean()


class SignedForm(ConfirmIdentityForm):
    """Fields with the password after them."""

    def clean(self) -> dict[str, Any]:
        identity: dict[str, Any] = {
            name: self.cleaned_data.pop(name)
            for name in ("username", "password")
            if name in self.cleaned_data
        }
        details, self.cleaned_data = self.cleaned_data, identity
        super().clean()
        self.cleaned_data = details
        return details


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # no generic at run time
    """A new password, typed twice."""

    user: User

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's
        if commit:
            password = self.cleaned_data["new_password1"]
            services.change_password(user=self.user, password=password)
        return self.user


class ChangePasswordForm(NewPasswordForm):
    """The present password, then the new one twice."""

    present_password = forms.CharField(
        label=_("Present password"), strip=False, widget=PASSWORD_INPUT
    )
    field_order = ("present_password", "new_password1", "new_password2")

    def __init__(
        self, *args: Any, is_own_password: Callable[[str], bool], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.is_own_password = is_own_password

    def clean_present_password(self) -> str:
        password: str = self.cleaned_data["present_password"]
        if not self.is_own_password(password):
            raise forms.ValidationError(_("This is not your present password."))
        return password


class PreferencesForm(forms.Form):
    """Language and mail of the person, colours of the device."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    theme = forms.ChoiceField(
        label=_("Colours on this device"),
        choices=THEMES,
        required=False,
        widget=forms.RadioSelect,
    )
    morning_mail = forms.TypedChoiceField(
        label=_("Morning e-mail with your work"),
        choices=((True, _("On days with work")), (False, _("Never"))),
        coerce=lambda text: text == "True",
        widget=forms.RadioSelect,
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """The details of an account; the role is changed on its own, with a reason."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser")), *settings.LANGUAGES],
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "full_name",
            "full_name_zh",
            "email",
            "language",
            "delegated_from",
            "delegated_until",
        )
        field_classes = {
            "username": PlainText,
            "full_name": TypedText,
            "full_name_zh": TypedText,
            "email": TypedEmail,
        }
        help_texts = {
            "email": _("A new address takes a second person; the former one is told.")
        }
        widgets = {
            "delegated_from": DATE_INPUT,
            "delegated_until": DATE_INPUT,
        }


class NewAccountForm(AccountForm):
    """A new account: also its name and its role, grouped by blinding class."""

    role = forms.ChoiceField(label=_("Role"))
    field_order = ("username", "full_name", "full_name_zh", "email", "role")

    class Meta(AccountForm.Meta):
        fields = ("username", *AccountForm.Meta.fields)
        help_texts: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every role under its class, so that nobody picks one by mistake."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *(
                (_(blinding.label), role_choices(roles.roles_of(blinding)))
                for blinding in BlindingClass
            ),
        ]

    def clean_username(self) -> str:
        """Keep names in lower case, so that two never differ by case alone."""
        username: str = self.cleaned_data["username"]
        return username.lower()


class RoleForm(forms.Form):
    """Another role of the same blinding class, and why."""

    role = forms.ChoiceField(label=_("Role"))
    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blinding = BlindingClass(user.blinding)
        self.fields["role"].choices = role_choices(  # type: ignore[attr-defined]
            roles.roles_of(blinding)
        )
        self.fields["role"].initial = user.role


class AccessDayForm(forms.Form):
    """The day at whose end the access is reported."""

    as_of = forms.DateField(label=_("At the end of"), widget=DATE_INPUT)

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > clock.today():
            raise ValidationError(_("This date lies in the future."))
        return day


class AccessReviewForm(AccessDayForm):
    """What somebody concluded who compared the report with who should have access."""

    as_of = forms.DateField(widget=forms.HiddenInput)
    shown = ShownDigest()
    findings = TypedText(
        label=_("Findings"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Also where there are none: say so."),
    )


class ReasonForm(forms.Form):
    """Why an account is closed, opened again or given a new password."""

    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON)


def role_choices(available: list[Role]) -> list[tuple[str, Any]]:
    return [(role.value, _(role.label)) for role in available]
