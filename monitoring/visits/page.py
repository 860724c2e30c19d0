"""What the pages of monitoring visits show, ready."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from monitoring.visits.forms import (
    ActionForm,
    FindingForm,
    OutcomeForm,
    VisitDoneForm,
    VisitReasonForm,
)
from monitoring.visits.models import MonitoringVisit, VisitAction, VisitFinding
from monitoring.visits.selectors import (
    actions_of,
    findings_of,
    may_close,
    reports_of,
)
from monitoring.visits.services.reports import Content, content_of
from monitoring.visits.vocabulary import (
    FindingCategory,
    FindingSeverity,
    MonitoringKind,
)
from record.accounts.models import User
from record.accounts.roles import Permission
from trial_edc.vocabulary import VerificationTier

Forms = Mapping[str, forms.Form]


@dataclass(frozen=True)
class ActionLine:
    """An action, and what closes it where the reader may."""

    action: VisitAction
    form: forms.Form | None


def action_lines(
    actions: list[VisitAction], reader: User, refused: Forms | None = None
) -> list[ActionLine]:
    """`refused` has the form, by the key of its action, whose outcome did not do."""
    return [
        ActionLine(
            action,
            (refused or {}).get(f"action-{action.pk}")
            or OutcomeForm(auto_id=f"id_{action.pk}_%s")
            if may_close(reader, action)
            else None,
        )
        for action in actions
    ]


@dataclass(frozen=True)
class VisitPage:
    """One visit for one reader; `refused` has the form that was not accepted."""

    visit: MonitoringVisit
    reader: User
    refused: Forms = field(default_factory=dict)

    @property
    def may_write(self) -> bool:
        is_mine = self.visit.monitor_id == self.reader.pk
        may = self.reader.may(Permission.MONITOR_SITE)
        return is_mine and may and self.visit.cancelled_at is None

    @property
    def done_form(self) -> forms.Form:
        visit = self.visit
        initial = {
            "started_on": visit.started_on or visit.planned_on,
            "ended_on": visit.ended_on or visit.planned_on,
            "people_met": visit.people_met,
            "letter": visit.letter,
        }
        return self.refused.get("done") or VisitDoneForm(initial=initial)

    @property
    def cancel_form(self) -> forms.Form:
        return self.refused.get("cancel") or VisitReasonForm(auto_id="id_cancel_%s")

    @property
    def finding_form(self) -> forms.Form:
        blank = FindingForm(self.reader, auto_id="id_finding_%s")
        return self.refused.get("finding") or blank

    @property
    def action_form(self) -> forms.Form:
        return self.refused.get("action") or ActionForm(auto_id="id_action_%s")

    @property
    def findings(self) -> list[tuple[VisitFinding, forms.Form | None]]:
        return [
            (
                finding,
                self.refused.get(f"finding-{finding.pk}")
                or VisitReasonForm(auto_id=f"id_finding_{finding.pk}_%s")
                if self.may_write and finding.withdrawn_at is None
                else None,
            )
            for finding in findings_of(self.visit)
        ]

    @cached_property
    def actions(self) -> list[ActionLine]:
        return action_lines(list(actions_of(self.visit)), self.reader, self.refused)

    @cached_property
    def report(self) -> "ReportPage":
        """What a report would say now."""
        return ReportPage(content_of(self.visit))

    @cached_property
    def reports(self) -> list[Any]:
        return list(reports_of(self.visit))


@dataclass(frozen=True)
class ReportPage:
    """A report in the language of its reader."""

    content: Content

    @property
    def kind(self) -> str:
        return _(MonitoringKind(self.content["kind"]).label)

    @property
    def started_on(self) -> date | None:
        return _day(self.content["started_on"])

    @property
    def ended_on(self) -> date | None:
        return _day(self.content["ended_on"])

    @property
    def tiers(self) -> list[str]:
        return [_(tier.label) for tier in VerificationTier]

    @property
    def seen(self) -> list[tuple[str, list[int]]]:
        return [
            (one["number"], [one.get(tier, 0) for tier in VerificationTier])
            for one in self.content["seen"]
        ]

    @property
    def findings(self) -> list[dict[str, str]]:
        return [
            one
            | {
                "category": _(FindingCategory(one["category"]).label),
                "severity": _(FindingSeverity(one["severity"]).label),
            }
            for one in self.content["findings"]
        ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
