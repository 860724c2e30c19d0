"""Laboratory values that wait for the judgement of an investigator."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.casebook.access import visible_codes, within_reach
from record.casebook.display import words
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance
from record.casebook.selectors import casebooks_by_key
from visits.laboratory.vocabulary import Analyte
from visits.models import LaboratoryPanel, ValueToJudge
from visits.models.laboratory_panel import is_after_infusion_1, sides_of_reference

Row = dict[str, Any]
KEY = ("form_id", "analyte")
ANALYTES = LaboratoryPanel.crf_items()
FORMS = ("LAB", "DEM", "INF")  # what the values, their ranges and the time follow from


def derived_rows(people: Collection[int]) -> Iterator[Row]:
    """What is to be stored of participants, by their keys; one select a sex."""
    casebooks = casebooks_by_key(people, FORMS)
    by_sex: dict[str | None, list[tuple[int, FormData]]] = {}
    for pk, casebook in casebooks.items():
        panels = by_sex.setdefault(casebook.value("DEM", "sex"), [])
        panels.extend(
            (pk, panel)
            for panel in casebook.rows("LAB")
            if is_after_infusion_1(panel, casebook)
        )
    for sex, panels in by_sex.items():
        sides = sides_of_reference((panel for _pk, panel in panels), sex)
        for pk, panel in panels:
            judged = {row.get("analyte") for row in panel.get("significance") or ()}
            for analyte, side in sides.get(panel.form_id or 0, {}).items():
                if analyte not in judged:
                    yield {
                        "participant_id": pk,
                        "form_id": panel.form_id,
                        "analyte": analyte,
                        "value": words(ANALYTES[analyte], panel.get(analyte)),
                        "side": side.value,
                        "sampled_at": panel.get("sampled_at"),
                    }


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A panel, with each value that waits: label, value, side of the range."""

    form: FormInstance
    sampled_at: datetime
    values: list[tuple[str, str, str]]


def panels_to_judge(user: User) -> QuerySet[FormInstance]:
    """Panels with values to judge that the person sees and that are open to entry."""
    waiting = ValueToJudge.objects.filter(form=OuterRef("pk")).order_by()
    forms = FormInstance.objects.filter(
        pk__in=ValueToJudge.objects.order_by().values("form"),
        code__in=visible_codes(user),
        locked_at=None,
        frozen_at=None,
    ).annotate(sampled_at=Subquery(waiting.values("sampled_at")[:1]))
    panels = within_reach(user, forms.select_related("participant"))
    return panels.order_by("sampled_at", "pk")


def panel_lines(forms: list[FormInstance]) -> list[PanelLine]:
    by_form: dict[int, list[ValueToJudge]] = {form.pk: [] for form in forms}
    for value in ValueToJudge.objects.filter(form__in=by_form):
        by_form[value.form_id].append(value)
    return [
        PanelLine(form, values[0].sampled_at, [_words_of(value) for value in values])
        for form in forms
        if (values := by_form[form.pk])
    ]


def _words_of(value: ValueToJudge) -> tuple[str, str, str]:
    return str(_(Analyte(value.analyte).label)), value.value, value.side
