"""The form page: everything that one form shows, gathered in few selects."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from entry.form.forms import controls
from entry.form.forms.submission import explanations_in
from entry.form.page.item import ItemView, finding_text, soft_questions
from entry.form.page.layout import ItemForm, SectionBlock
from entry.form.selectors.options import Options, options_of, people
from entry.selectors.visibility import may_enter, visible_items
from record.accounts.models import User
from record.accounts.roles import Permission
from record.capture.models import Autosave
from record.capture.problems import (
    Conflict,
    EraseNeeded,
    ExplanationNeeded,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.capture.services import autosaves
from record.capture.vocabulary import ChangeReason, StrikeReason
from record.casebook import catalogue, engine, items
from record.casebook.checks import Finding
from record.casebook.derived import derived_values, offers
from record.casebook.display import derived_words, words
from record.casebook.items import Item
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.values import MissingCode, Value
from record.review.models import Query, QueryState, Signature
from record.review.selectors import queries_of, verified_items
from trial_edc.templatetags.components import ErrorLine
from trial_edc.vocabulary import VisitCode

VISIT_LABELS = dict(VisitCode.choices())


class FormPage:
    """One form for one reader, with what was typed and what is wrong with it."""

    def __init__(
        self,
        form: FormInstance,
        user: User,
        typed: controls.Typed | None = None,
        problem: NotSaved | None = None,
    ) -> None:
        self.form, self.user, self.typed, self.problem = form, user, typed, problem
        self.design = catalogue.design(form.code)
        self.row = row_of(form)
        self.row.form = form
        self.data = data_of(form, self.row)
        self.casebook = casebook_of(form.participant).with_data(self.data)
        self.queries = queries_of(form)
        self.verifications = list(form.verifications.all())

    @cached_property
    def may_enter(self) -> bool:
        """Tell whether the reader can change anything here."""
        is_open = not self.form.is_closed and self.form.struck_at is None
        return is_open and may_enter(self.user, self.design)

    @property
    def may_sign(self) -> bool:
        return self.design.signature is not None and self.user.may(
            self.design.signed_by
        )

    @property
    def may_verify(self) -> bool:
        return self.user.may(Permission.VERIFY) and self.form.revision > 0

    @cached_property
    def signatures(self) -> list[tuple[Signature, bool]]:
        if self.design.signature is None:
            return []
        given = self.form.signatures.select_related("signer")
        return [(one, one.holds_for(self.form)) for one in given]

    @property
    def is_signed(self) -> bool:
        return any(holds for _one, holds in self.signatures)

    @cached_property
    def autosave(self) -> Autosave | None:
        """Return the reader's own unsaved typing."""
        if not self.may_enter or self.typed is not None:
            return None
        return autosaves.of(self.form, self.user)

    @cached_property
    def others(self) -> list[Autosave]:
        """Return who else has typed here without saving."""
        return autosaves.others_at_work(self.form, self.user) if self.may_enter else []

    @property
    def based_on(self) -> int:
        """Return the revision that the reader's next save refers to."""
        if isinstance(self.problem, Conflict):
            return self.problem.revision
        if self.typed is not None:
            return controls.revision_in(self.typed)
        return self.form.revision

    @property
    def asks_reasons(self) -> bool:
        is_asked = isinstance(self.problem, ReasonNeeded)
        return is_asked or self.form.first_completed_at is not None

    @property
    def place(self) -> str:
        """Return where in the casebook the form hangs, in words."""
        form = self.form
        visit = _(VISIT_LABELS.get(form.visit, form.visit)) if form.visit else ""
        if form.visit_number:
            visit += f" {form.visit_number}"
        number = f" {form.occurrence}" if self.design.is_repeated else ""
        return f"{visit} · {self.design.title}{number}".removeprefix(" · ")

    @property
    def erased(self) -> list[ItemView]:
        """Return the items that saving would erase."""
        if not isinstance(self.problem, EraseNeeded):
            return []
        return [self.view(name) for name in self.problem.items]

    @property
    def may_strike(self) -> bool:
        return self.may_enter and self._is_strikable and self.form.revision > 0

    @property
    def may_restore(self) -> bool:
        """Tell whether the reader may take back that the row was struck out."""
        was_struck = self.form.struck_at is not None and not self.form.is_closed
        return was_struck and self._is_strikable and may_enter(self.user, self.design)

    @property
    def _is_strikable(self) -> bool:
        """Tell of a row of a log; what stands alone only an investigator revokes."""
        revokes = self.design.is_revocable and self.user.may(Permission.JUDGE)
        return self.design.is_repeated or revokes

    @property
    def closings(self) -> list[tuple[str, str]]:
        """Return the ways in which the reader may close the form, or open it again."""
        form, found = self.form, []
        if self.user.may(Permission.FREEZE) and form.locked_at is None:
            frozen = form.frozen_at is not None
            found.append(("thaw", _("Thaw")) if frozen else ("freeze", _("Freeze")))
        if self.user.may(Permission.LOCK):
            locked = form.locked_at is not None
            found.append(("unlock", _("Unlock")) if locked else ("lock", _("Lock")))
        return found

    @property
    def strike_choices(self) -> list[tuple[str, str]]:
        """Return the pick list of reasons for striking out."""
        return [(reason.value, _(reason.label)) for reason in StrikeReason]

    @property
    def reason_choices(self) -> list[tuple[str, str]]:
        return [(reason.value, _(reason.label)) for reason in ChangeReason]

    @property
    def is_complete(self) -> bool:
        return self.form.status == FormStatus.COMPLETE

    @cached_property
    def pending(self) -> list[str]:
        """Return required items that a complete form lacks (new in a version)."""
        if not self.is_complete:
            return []
        return engine.pending_items(self.design, self.data, self.casebook)

    @cached_property
    def errors(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        if isinstance(self.problem, SaveRefused):
            for finding in self.problem.findings:
                found.setdefault(finding.item, []).append(finding)
        return found

    @cached_property
    def item_form(self) -> ItemForm:
        """Return the controls as a crispy form laid out in sections."""
        return ItemForm()

    @cached_property
    def sections(self) -> list[tuple[Any, list[ItemView]]]:
        seen = visible_items(self.user, self.design)
        return [
            (section.title, [self.view(name) for name in section.items if name in seen])
            for section in self.design.sections
        ]

    @cached_property
    def offered(self) -> dict[str, Value]:
        """Return what a form that nobody has touched may be filled in with."""
        return offers(self.data, self.casebook) if self.form.revision == 0 else {}

    @cached_property
    def derived(self) -> list[dict[str, str]]:
        """Return the values that are computed from this form, never typed."""
        return [
            {
                "label": one.derivation.label,
                "text": derived_words(one),
                "unit": one.derivation.unit,
            }
            for one in derived_values(self.data, self.casebook)
        ]

    @property
    def laid_out(self) -> ItemForm:
        """Return the form with its layout, as `{% crispy %}` draws it."""
        blocks = [
            SectionBlock(self, number, title, views)
            for number, (title, views) in enumerate(self.sections, 1)
        ]
        self.item_form.helper.layout = Layout(*blocks)
        return self.item_form

    @property
    def error_lines(self) -> list[ErrorLine]:
        return [
            ErrorLine(text, f"item-{view.name}", str(view.item.verbose_name))
            for _title, views in self.sections
            for view in views
            for text in (*view.errors, *self._asked(view))
        ]

    def _asked(self, view: ItemView) -> list[str]:
        asked = []
        if view.clash:
            asked.append(_("Somebody else changed this meanwhile. Choose one."))
        if view.reason_asked and isinstance(self.problem, ReasonNeeded):
            asked.append(_("Say why it changes."))
        if isinstance(self.problem, ExplanationNeeded):
            asked += [text for _check, text, _typed in view.soft if text][:1]
        if isinstance(self.problem, EraseNeeded) and view.name in self.problem.items:
            asked.append(_("Would be erased: %(value)s") % {"value": view.text})
        return asked

    def view(self, name: str) -> ItemView:
        item = self.design.items[name]
        value = self.data.values.get(name)
        held = self._held(name, item, value)
        facts = item.facts
        allowed = not facts.judged or self.user.may(Permission.JUDGE)
        revisions = self.data.item_revisions
        view = ItemView(
            name=name,
            item=item,
            control=self._control(name, item, held),
            text=self._text(item, value),
            required=engine.is_required(item, self.data, self.casebook),
            shown=engine.is_applicable(item, self.data, self.casebook),
            read_only=not (self.may_enter and allowed),
            condition=facts.only_if.as_json() if facts.only_if else None,
            missing=str(held.get(f"{name}__missing", "")),
            unit=str(held.get(f"{name}__unit", "")),
            verified=verified_items(self.verifications, revisions).get(name),
            has_history=revisions.get(name, 0) > 0,
            query=self._query_state(self.queries.get(name, [])),
            is_pending=name in self.pending,
        )
        if view.is_file and isinstance(value, str):
            view.stored_file = reverse("entry:file", args=[self.form.pk, name])
        if view.is_file and self.typed is not None:
            view.kept_file = self.typed.get(name, "")
        if isinstance(item, items.ItemGroup):
            view.rows = self._row_controls(name, item, value)
        self._add_problem(view)
        return view

    def _held(self, name: str, item: Item, value: Value) -> Mapping[str, Any]:
        if self.typed is None or not self._shows_typed(name):
            return controls.shown(item, name, self.offered.get(name, value))
        if isinstance(item, items.MultipleChoice):
            held: dict[str, Any] = {name: self.typed.getlist(name)}
        else:
            held = {name: self.typed.get(name, "")}
        for part in ("missing", "unit"):
            held[f"{name}__{part}"] = self.typed.get(f"{name}__{part}", "")
        return held

    def _shows_typed(self, name: str) -> bool:
        """Tell whether a control keeps what was typed.

        After a conflict the next save refers to the values of now, so what the reader
        left as it was shows them; else an older value would come back unseen.
        """
        return not isinstance(self.problem, Conflict) or name in self.problem.entered

    def _control(self, name: str, item: Item, held: Mapping[str, Any]) -> str:
        if isinstance(item, items.ItemGroup):
            return ""
        field = forms.Field(
            required=False, widget=controls.widget_of(item, self._options(item))
        )
        self.item_form.fields[name] = field
        self.item_form.initial[name] = held.get(name)
        attributes: dict[str, str | bool] = {
            "id": f"item-{name}",
            "aria-describedby": f"about-{name}",
        }
        return self.item_form[name].as_widget(attrs=attributes)

    def _row_controls(
        self, name: str, item: items.ItemGroup, value: Value
    ) -> list[list[str]]:
        typed = self.typed
        was_posted = typed is not None and controls.has_rows(name, typed)
        if typed is not None and was_posted and self._shows_typed(name):
            rows = controls.typed_rows(item, name, typed)
            return controls.row_controls(item, name, rows, 0)
        stored = [] if isinstance(value, MissingCode) or value is None else value
        rows = controls.shown_rows(item, stored)
        return controls.row_controls(item, name, rows, controls.EXTRA_ROWS)

    def _options(self, item: Item) -> Options:
        is_person = isinstance(item, items.User) and not isinstance(item, items.Ref)
        return self._people if is_person else options_of(item, self.casebook)

    @cached_property
    def _people(self) -> Options:
        return people()

    def _text(self, item: Item, value: Value) -> str:
        if isinstance(item, items.User) and value is not None:
            return dict(self._options(item)).get(str(value), str(value))
        return words(item, value)

    @staticmethod
    def _query_state(queries: list[Query]) -> str:
        states = {query.state for query in queries}
        for state in (QueryState.OPEN, QueryState.ANSWERED, QueryState.CLOSED):
            if state in states:
                return state.value
        return ""

    def _add_problem(self, view: ItemView) -> None:
        name, problem = view.name, self.problem
        view.errors = [finding_text(finding) for finding in self.errors.get(name, [])]
        asked = problem.findings if isinstance(problem, ExplanationNeeded) else ()
        explained = explanations_in(self.typed) if self.typed is not None else {}
        view.soft = soft_questions(name, asked, explained)
        if isinstance(problem, ReasonNeeded | EraseNeeded) and self.asks_reasons:
            view.reason_asked = name in problem.items
        view.reason_asked = view.reason_asked or bool(self._typed(f"{name}__reason"))
        view.reason = (
            self._typed(f"{name}__reason"),
            self._typed(f"{name}__reason_text"),
        )
        if isinstance(problem, Conflict):
            clashes = {clash.item: clash for clash in problem.clashes}
            view.clash = clashes.get(name)

    def _typed(self, key: str) -> str:
        return self.typed.get(key, "") if self.typed is not None else ""
