"""The whole record of one participant as one text, for archive and inspection.

It holds what a blinded export may hold (`blinded_designs`): neither product nor
identity nor what is the sponsor's alone, so it is the same for each of its readers.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from exports.selectors.blinded import blinded_designs
from exports.selectors.copy_marks import CopyMarks, Line, sign_off_lines
from exports.selectors.copy_trail import CopyTrail
from exports.selectors.copy_words import CopyWords, site_time
from record.accounts.models import User
from record.capture.texts import reason_words
from record.casebook.access import visible_items, within_reach
from record.casebook.derived import derived_values
from record.casebook.design import FormDesign
from record.casebook.display import NOTHING, derived_unit, derived_words
from record.casebook.engine import is_applicable
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import File, Item
from record.casebook.models import FormInstance, Participant, StoredFile
from record.casebook.selectors import stored_form_data
from record.casebook.values import MissingCode, Value, is_blank
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode

VISITS = dict(VisitCode.choices())
VISIT_ORDER = (*VISITS, "")  # what belongs to no visit stands last


def participants_to_copy(user: User) -> QuerySet[Participant]:
    return within_reach(user, Participant.objects.all(), "pk")


@implements("EXP-08")
def casebook_content(participant: Participant, user: User) -> Line:
    """In the language in force; the number of selects does not grow with the record."""
    return _Copy(participant, user).content


@dataclass(frozen=True)
class _Copy:
    """The copy of one casebook, read once."""

    participant: Participant
    user: User

    @cached_property
    def designs(self) -> Mapping[str, FormDesign]:
        return blinded_designs()

    @cached_property
    def forms(self) -> Mapping[int, FormInstance]:
        """Also those struck out."""
        forms = FormInstance.objects.filter(
            participant=self.participant, code__in=self.designs
        )
        return forms.in_bulk()

    @cached_property
    def data(self) -> Mapping[int, FormData]:
        stored = stored_form_data([self.participant.pk], self.designs, with_struck=True)
        return {data.form_id or 0: data for _pk, data in stored}

    @cached_property
    def casebook(self) -> Casebook:
        """What counts: without what was struck out."""
        return Casebook.of(
            data for pk, data in self.data.items() if not self.forms[pk].struck_at
        )

    @cached_property
    def trail(self) -> CopyTrail:
        return CopyTrail(self.forms, self.user)

    @cached_property
    def words(self) -> CopyWords:
        now = (
            (self.designs[data.code].items[name], value)
            for data in self.data.values()
            for name, value in data.values.items()
        )
        return CopyWords([*now, *self.trail.values()], self.forms)

    @cached_property
    def marks(self) -> CopyMarks:
        return CopyMarks(self.participant, self.forms, self.designs, self.words)

    @cached_property
    def files(self) -> Mapping[tuple[int, str], StoredFile]:
        stored = StoredFile.objects.filter(form__in=self.forms).order_by("pk")
        return {(file.form_id, file.item): file for file in stored}

    @property
    def content(self) -> Line:
        parts = list(self._parts())
        return {
            "participant": self.participant.number,
            "sign_offs": sign_off_lines(self.participant, self.forms.values()),
            "queries": self.marks.queries[0],
            "parts": [self._part(forms) for forms in parts if _is_begun(forms)],
            "not_begun": [
                self._title(form)
                for forms in parts
                for form in forms
                if not form.revision and not form.struck_at
            ],
        }

    def _parts(self) -> Iterator[list[FormInstance]]:
        """Each form alone, but all rows of a log together."""
        groups: dict[tuple[Any, ...], list[FormInstance]] = defaultdict(list)
        codes = list(self.designs)
        for form in self.forms.values():
            one = 0 if self.designs[form.code].is_repeated else form.occurrence
            visit = (_place_of(form.visit), form.visit_number)
            groups[*visit, codes.index(form.code), one].append(form)
        for key in sorted(groups):
            yield sorted(groups[key], key=lambda form: form.occurrence)

    def _part(self, forms: list[FormInstance]) -> Line:
        design, keys = self.designs[forms[0].code], [form.pk for form in forms]
        names = [name for name in self._names(design) if self._is_shown(name, forms)]
        return {
            "code": design.code,
            "title": self._title(forms[0], with_number=not design.is_repeated),
            "is_log": design.is_repeated,
            "columns": [self._label(design.items[name]) for name in names],
            "forms": [self._form(form, names) for form in forms if form.revision],
            "queries": [line for key in keys for line in self.marks.queries[key]],
            "verifications": [
                line for key in keys for line in self.marks.verifications[key]
            ],
            "signatures": [line for key in keys for line in self.marks.signatures[key]],
            "trail": [
                change.line(self.words)
                for change in sorted(
                    (c for key in keys for c in self.trail.by_form[key]),
                    key=lambda change: change.entry.pk,
                )
            ],
        }

    def _names(self, design: FormDesign) -> Iterator[str]:
        """The items that a copy shows, in the order of the form."""
        visible = visible_items(self.user, design)
        for section in design.sections:
            for name in section.items:
                if name in visible and not design.items[name].facts.identity:
                    yield name

    def _is_shown(self, name: str, forms: list[FormInstance]) -> bool:
        return any(self._is_asked(name, form) for form in forms if form.revision)

    def _is_asked(self, name: str, form: FormInstance) -> bool:
        """It has an answer, or was asked in the version of the form."""
        data, item = self.data[form.pk], self.designs[form.code].items[name]
        if not is_blank(data.values.get(name)):
            return True
        is_known = item.facts.since <= form.form_version
        return is_known and is_applicable(item, data, self.casebook)

    def _form(self, form: FormInstance, names: list[str]) -> Line:
        data = self.data[form.pk]
        return {
            "row": str(form.occurrence),
            "version": form.form_version,
            "revision": form.revision,
            "digest": form.digest,
            "status": str(form.get_status_display()),
            "state": self._state(form),
            "items": [
                self._item(form, name, data.values.get(name))
                if self._is_asked(name, form)
                else None
                for name in names
            ],
            "computed": [
                {
                    "label": _(one.derivation.label),
                    "value": derived_words(one),
                    "unit": derived_unit(one),
                }
                for one in derived_values(data, self.casebook)
                if not form.struck_at and not is_blank(one.value)
            ],
        }

    def _item(self, form: FormInstance, name: str, value: Value) -> Line:
        item = self.designs[form.code].items[name]
        is_code = isinstance(value, MissingCode)
        text = NOTHING if is_blank(value) else self.words.text(item, value)
        if isinstance(item, File) and not is_code and not is_blank(value):
            file = self.files.get((form.pk, name))
            text = f"{file.media_type}, SHA-256 {file.sha256}" if file else text
        return {
            "value": text,
            "is_missing": is_code,
            "verified": _verified(form, name),
        }

    def _label(self, item: Item) -> str:
        return str(item.verbose_name)

    def _state(self, form: FormInstance) -> str:
        """From paper, struck out, locked or frozen: since when, by whom and why."""
        return "; ".join(filter(None, (self._paper(form), self._closing(form))))

    def _paper(self, form: FormInstance) -> str:
        if not form.from_paper:
            return ""
        reason = self._reason_of(form, "from_paper")
        return _with_reason(_("transcribed from paper"), reason.get("text", ""))

    def _reason_of(self, form: FormInstance, name: str) -> Mapping[str, str]:
        """Of the last change of this column."""
        changes = [c for c in self.trail.by_form[form.pk] if c.name == name]
        return (changes[-1].reason if changes else None) or {}

    def _closing(self, form: FormInstance) -> str:
        if form.struck_at:
            text = _("struck out %(at)s") % {"at": site_time(form.struck_at)}
            reason = self._reason_of(form, "struck_at")
            return _with_reason(text, reason_words(reason))
        if form.locked_at:
            return _("locked %(at)s by %(by)s") % {
                "at": site_time(form.locked_at),
                "by": self.words.person(form.locked_by_id),
            }
        at = site_time(form.frozen_at)
        return _("frozen %(at)s") % {"at": at} if at else ""

    def _title(self, form: FormInstance, *, with_number: bool = True) -> str:
        design = self.designs[form.code]
        number = form.visit_number or ""
        visit = _(VISITS.get(form.visit, form.visit)) if form.visit else ""
        is_numbered = with_number and (design.is_repeated or form.is_further)
        title = f"{design.title} {form.occurrence}" if is_numbered else design.title
        return " · ".join(filter(None, (f"{visit} {number}".strip(), str(title))))


def _with_reason(text: str, why: str) -> str:
    return f"{text}: {why}" if why else text


def _place_of(visit: str) -> int:
    return VISIT_ORDER.index(visit) if visit in VISIT_ORDER else len(VISIT_ORDER)


def _is_begun(forms: list[FormInstance]) -> bool:
    return any(form.revision for form in forms)


def _verified(form: FormInstance, name: str) -> str:
    """By the monitor: as it is, before it was changed, or never."""
    at, now = form.verified_items.get(name), form.item_revisions.get(name)
    if at is None:
        return ""
    return "yes" if at == now else "changed"
