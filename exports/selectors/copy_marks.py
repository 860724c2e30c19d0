"""Queries, verifications and signatures of a copied casebook."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import confirmations_given
from exports.selectors.copy_words import CopyWords, site_time
from record.accounts.texts import role_words
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.review.models import Query, Signature, Verification
from record.review.selectors.sign_offs import all_sign_offs_of
from trial_edc.vocabulary import VisitCode

Line = dict[str, Any]
VISITS = dict(VisitCode.choices())
ELIGIBILITY = "ELG"  # the form that confirmations of eligibility belong to


class CopyMarks:
    """What people said of the forms of one casebook, by form."""

    def __init__(
        self,
        participant: Participant,
        forms: Mapping[int, FormInstance],
        codes: Collection[str],
        words: CopyWords,
    ) -> None:
        self.forms, self.words = forms, words
        self.queries = self._queries(participant, codes)
        self.verifications: dict[int, list[Line]] = defaultdict(list)
        for one in Verification.objects.filter(form__in=forms):
            self.verifications[one.form_id].append(self._verification(one))
        self.signatures: dict[int, list[Line]] = defaultdict(list)
        for signature in Signature.objects.filter(form__in=forms):
            form = forms[signature.form_id or 0]
            line = self._signature(form, signature, holds=signature.holds_for(form))
            self.signatures[form.pk].append(line)
        self._add_confirmations(participant)

    def _queries(
        self, participant: Participant, codes: Collection[str]
    ) -> dict[int, list[Line]]:
        """By form; under 0 those about what has no form."""
        about = Q(form__in=self.forms) | Q(
            Q(log="") | Q(log__in=codes), participant=participant
        )
        by_form: dict[int, list[Line]] = defaultdict(list)
        for query in Query.objects.filter(about).prefetch_related("steps"):
            by_form[query.form_id or 0].append(self._query(query))
        return by_form

    def _query(self, query: Query) -> Line:
        form = query.form = self.forms.get(query.form_id or 0)
        steps = list(query.steps.all())
        for step in steps:
            step.form = form
        design = catalogue.design(query.about) if query.about else None
        item = design.items.get(query.item) if design else None
        about = item.verbose_name if item else design and design.title
        place = f"{_(VISITS.get(query.visit, query.visit))} " if query.visit else ""
        return {
            "row": str(form.occurrence) if form else "",
            "number": str(query.number),
            "about": f"{place}{about or ''}".strip() or _("the participant"),
            "state": str(query.get_state_display()),
            "check": query.check_id,
            "steps": [
                {
                    "action": str(step.get_action_display()),
                    "who": self.words.person(step.by_id),
                    "at": site_time(step.at),
                    "text": step.text,
                }
                for step in steps
            ],
        }

    def _verification(self, one: Verification) -> Line:
        form = self.forms[one.form_id]
        labels = catalogue.design(form.code).items
        return {
            "row": str(form.occurrence),
            "who": self.words.person(one.by_id),
            "at": site_time(one.at),
            "items": [
                str(labels[name].verbose_name) for name in one.items if name in labels
            ],
            "withdrawn": site_time(one.withdrawn_at),
        }

    def _signature(
        self, form: FormInstance, signature: "SignatureManifest", *, holds: bool
    ) -> Line:
        return {"row": str(form.occurrence), **signature_line(signature, holds=holds)}

    def _add_confirmations(self, participant: Participant) -> None:
        """Of eligibility, each with the form of its screening."""
        forms = {
            form.occurrence: form
            for form in self.forms.values()
            if form.code == ELIGIBILITY
        }
        for one, holds in confirmations_given(participant):
            if form := forms.get(one.episode):
                line = self._signature(form, one, holds=holds)
                self.signatures[form.pk].append(line)


class SignatureManifest(Protocol):
    """What every electronic signature shows beside what it signs."""

    signer_name: str
    signer_role: str
    meaning: str
    at: Any


def signature_line(signature: SignatureManifest, *, holds: bool) -> Line:
    withdrawn_at = getattr(signature, "withdrawn_at", None)
    broken = _("withdrawn") if withdrawn_at else _("broken: what it signs was changed")
    return {
        "name": signature.signer_name,
        "role": role_words(signature.signer_role),
        "meaning": signature.meaning,
        "at": site_time(signature.at),
        "state": _("holds") if holds else broken,
    }


def sign_off_lines(
    participant: Participant, forms: Iterable[FormInstance]
) -> list[Line]:
    """Of the casebook and its visits, in the order in which they were given."""
    covered = [f for f in forms if f.confidentiality == Confidentiality.OPEN]
    return [
        {"of": _place(one), **signature_line(one, holds=holds)}
        for one, holds in all_sign_offs_of(participant, covered)
    ]


def _place(signature: Signature) -> str:
    if not signature.visit:
        return _("the casebook")
    label = _(VISITS.get(signature.visit, signature.visit))
    number = signature.visit_number
    return f"{label} {number}" if number else label
