"""The form page, gathered in few selects."""

from functools import cached_property
from typing import Any
from uuid import uuid4

from crispy_forms.layout import Layout
from django.urls import reverse
from django.utils.translation import gettext as _

from entry.form.forms import raw_values
from entry.form.forms.submission import explanations_in, page_load_in
from entry.form.page.acts import FormActs
from entry.form.page.item import (
    ItemView,
    prompts_beside,
    query_state,
    soft_questions,
)
from entry.form.page.item_controls import ItemControls
from entry.form.page.layout import ItemForm, SectionBlock
from entry.form.page.unsaved import unsaved_texts
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.closure import database_lock_notice
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
from record.casebook import catalogue, engine, items
from record.casebook.access import may_answer, may_on, visible_items
from record.casebook.checks import Finding
from record.casebook.derived import derived_values
from record.casebook.display import derived_unit, derived_words, finding_text
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of, data_of, row_of
from record.review.selectors import queries_of, verified_items
from trial_edc.templatetags.components import ErrorLine
from trial_edc.vocabulary import VisitCode

VISIT_LABELS = dict(VisitCode.choices())


class FormPage:
    """One form for one reader, with the texts typed and the problems found."""

    def __init__(
        self,
        form: FormInstance,
        user: User,
        typed: raw_values.Typed | None = None,
        problem: NotSaved | None = None,
    ) -> None:
        self.form, self.user, self.typed, self.problem = form, user, typed, problem
        self.design = catalogue.design(form.code)
        self.row = row_of(form)
        self.row.form = form
        self.data = data_of(form, self.row)
        self.casebook = casebook_of(form.participant).with_data(self.data)
        self.queries = queries_of(form)
        self.query_mark = query_state(self.queries.get("", []))
        self.is_stored = form.pk is not None
        self.verifications = list(form.verifications.all()) if self.is_stored else []

    @cached_property
    def acts(self) -> FormActs:
        is_verified = any(one.withdrawn_at is None for one in self.verifications)
        is_read_only = bool(self.lock_notice)
        return FormActs(self.form, self.design, self.user, is_verified, is_read_only)

    @cached_property
    def lock_notice(self) -> str:
        """Why the page can only be read; a page that comes back refused says so."""
        return database_lock_notice() if self.typed is None else ""

    @property
    def trail(self) -> str:
        """The address of all that happened to the form, for whoever may read it."""
        may_read = may_on(self.user, Permission.READ_AUDIT, self.design)
        if not (self.is_stored and may_read):
            return ""
        return reverse("monitoring:trail:form", args=[self.form.pk])

    @property
    def may_enter(self) -> bool:
        return self.acts.may_enter

    @cached_property
    def autosaves(self) -> list[Autosave]:
        if not (self.may_enter and self.is_stored) or self.typed is not None:
            return []
        return autosaves.of(self.form, self.user)

    @property
    def holds_unsaved_typing(self) -> bool:
        return self.typed is not None

    @cached_property
    def page_load(self) -> str:
        """Names this opening of the page; a page that comes back refused goes on."""
        known = page_load_in(self.typed) if self.typed is not None else None
        return str(known or uuid4())

    @cached_property
    def other_autosaves(self) -> list[Autosave]:
        if not (self.may_enter and self.is_stored):
            return []
        return autosaves.others_at_work(self.form, self.user)

    @property
    def based_on(self) -> int:
        if isinstance(self.problem, Conflict):
            return self.problem.revision
        if self.typed is not None:
            return raw_values.revision_in(self.typed)
        return self.form.revision

    @property
    def asks_reasons(self) -> bool:
        is_refused = isinstance(self.problem, ReasonNeeded)
        return is_refused or self.form.first_completed_at is not None

    @property
    def place(self) -> str:
        form = self.form
        visit = _(VISIT_LABELS.get(form.visit, form.visit)) if form.visit else ""
        if form.visit_number:
            visit += f" {form.visit_number}"
        number = f" {form.occurrence}" if self.design.is_repeated else ""
        if not self.is_stored:
            number = " " + (_("(new row)") if number else _("(not saved yet)"))
        return f"{visit} · {self.design.title}{number}".removeprefix(" · ")

    @property
    def items_to_erase(self) -> list[ItemView]:
        if not isinstance(self.problem, EraseNeeded):
            return []
        return [self.view(name) for name in self.problem.items]

    @cached_property
    def unsaved_texts(self) -> list[tuple[str, str]]:
        typed = None if self.may_enter else self.typed
        return unsaved_texts(self.design, self.data, typed) if typed is not None else []

    @cached_property
    def pending(self) -> list[str]:
        """Required items that a complete form lacks (new in a version)."""
        if not self.acts.is_complete:
            return []
        return engine.pending_items(self.design, self.data, self.casebook)

    @cached_property
    def first_open(self) -> str:
        """The first required item that waits for an answer of this reader."""
        if not self.may_enter or self.acts.is_complete:
            return ""
        pending = engine.pending_items(self.design, self.data, self.casebook)
        views = (view for _title, views in self.sections for view in views)
        waiting = (v.name for v in views if v.name in pending and not v.read_only)
        return next(waiting, "")

    @cached_property
    def errors(self) -> dict[str, list[Finding]]:
        by_item: dict[str, list[Finding]] = {}
        if isinstance(self.problem, SaveRefused):
            for finding in self.problem.findings:
                by_item.setdefault(finding.item, []).append(finding)
        return by_item

    @cached_property
    def controls(self) -> ItemControls:
        return ItemControls(
            self.data, self.casebook, typed=self.typed, problem=self.problem
        )

    @cached_property
    def sections(self) -> list[tuple[Any, list[ItemView]]]:
        visible = visible_items(self.user, self.design)
        return [
            (
                section.title,
                [self.view(name) for name in section.items if name in visible],
            )
            for section in self.design.sections
        ]

    @cached_property
    def derived(self) -> list[dict[str, str]]:
        return [
            {
                "label": value.derivation.label,
                "text": derived_words(value),
                "unit": derived_unit(value),
                "reason": value.reason.text if value.reason else "",
            }
            for value in derived_values(self.data, self.casebook)
        ]

    @property
    def crispy_form(self) -> ItemForm:
        blocks = [
            SectionBlock(self, number, title, views)
            for number, (title, views) in enumerate(self.sections, 1)
        ]
        form = self.controls.form
        form.helper.layout = Layout(*blocks)
        return form

    @property
    def error_lines(self) -> list[ErrorLine]:
        return [
            ErrorLine(text, f"item-{view.name}", str(view.item.verbose_name))
            for _title, views in self.sections
            for view in views
            for text in (*view.errors, *prompts_beside(view, self.problem))
        ]

    def view(self, name: str) -> ItemView:
        item = self.design.items[name]
        value = self.data.values.get(name)
        values = self.controls.values(name, item)
        is_allowed = may_answer(self.user, item)
        revisions = self.data.item_revisions
        view = ItemView(
            name=name,
            item=item,
            control=self.controls.html(name, item, values),
            text=self.controls.text(name, item),
            required=engine.is_required(item, self.data, self.casebook),
            is_applicable=engine.is_applicable(item, self.data, self.casebook),
            read_only=not (self.may_enter and is_allowed),
            missing=str(values.get(f"{name}__missing", "")),
            unit=str(values.get(f"{name}__unit", "")),
            verified=verified_items(self.verifications, revisions).get(name),
            has_history=revisions.get(name, 0) > 0,
            query=query_state(self.queries.get(name, [])),
            is_pending=name in self.pending,
        )
        if view.is_file and isinstance(value, str):
            view.stored_file = reverse("entry:file", args=[self.form.pk, name])
        if view.is_file and self.typed is not None:
            view.unsaved_file = self.typed.get(name, "")
        if isinstance(item, items.ItemGroup):
            view.rows = self.controls.rows(name, item)
        self._add_problem(view)
        return view

    def _add_problem(self, view: ItemView) -> None:
        name, problem = view.name, self.problem
        view.errors = [finding_text(finding) for finding in self.errors.get(name, [])]
        findings = problem.findings if isinstance(problem, ExplanationNeeded) else ()
        explanations = explanations_in(self.typed) if self.typed is not None else {}
        view.soft = soft_questions(name, findings, explanations)
        if isinstance(problem, ReasonNeeded | EraseNeeded) and self.asks_reasons:
            view.needs_reason = name in problem.items
        view.needs_reason = view.needs_reason or bool(self._typed(f"{name}__reason"))
        view.reason = (
            self._typed(f"{name}__reason"),
            self._typed(f"{name}__reason_text"),
        )
        if isinstance(problem, Conflict):
            clashes = {clash.item: clash for clash in problem.clashes}
            view.clash = clashes.get(name)

    def _typed(self, key: str) -> str:
        return self.typed.get(key, "") if self.typed is not None else ""
