"""The forms of a visit, a participant or many, and what an act would do to them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on, within_reach
from record.casebook.models import FormInstance, Participant
from record.lock.vocabulary import ClosingAct
from record.review.models import WAITING

RIGHTS = {
    ClosingAct.FREEZE: Permission.FREEZE,
    ClosingAct.UNFREEZE: Permission.FREEZE,
    ClosingAct.LOCK: Permission.LOCK,
    ClosingAct.UNLOCK: Permission.LOCK,
}
TO_CHANGE = {
    ClosingAct.FREEZE: Q(frozen_at=None, locked_at=None),
    ClosingAct.UNFREEZE: Q(frozen_at__isnull=False, locked_at=None),
    ClosingAct.LOCK: Q(locked_at=None),
    ClosingAct.UNLOCK: Q(locked_at__isnull=False),
}


@dataclass(frozen=True)
class Scope:
    """Which forms are meant; what is empty narrows nothing."""

    act: ClosingAct
    participants: tuple[Participant, ...] = ()
    visit: str = ""
    code: str = ""

    def forms_for(self, user: User) -> QuerySet[FormInstance]:
        """Those that the act would change, of the forms that the person may close."""
        right = RIGHTS[self.act]
        codes = [c for c, d in catalogue.designs().items() if may_on(user, right, d)]
        forms = FormInstance.objects.filter(
            TO_CHANGE[self.act], code__in=codes, struck_at=None
        )
        if self.participants:
            forms = forms.filter(participant__in=self.participants)
        if self.visit:
            forms = forms.filter(visit=self.visit)
        if self.code:
            forms = forms.filter(code=self.code)
        return within_reach(user, forms).order_by("pk")


@dataclass(frozen=True)
class ClosingPlan:
    """What an act would do; nothing is done while there is an obstacle."""

    act: ClosingAct
    forms: list[FormInstance]
    obstacles: list[FormInstance]  # with a query that nobody has closed

    @cached_property
    def digest(self) -> str:
        """By it a page says which plan it showed."""
        text = ";".join(
            f"{form.pk}:{form.revision}:{form.frozen_at}:{form.locked_at}"
            for form in self.forms
        )
        return hashlib.sha256(f"{self.act} {text}".encode()).hexdigest()

    @property
    def people(self) -> int:
        return len({form.participant_id for form in self.forms})


def plan_for(scope: Scope, user: User) -> ClosingPlan:
    forms = _with_people(scope.forms_for(user))
    obstacles = []
    if scope.act == ClosingAct.LOCK:
        with_queries = set(
            scope.forms_for(user)
            .filter(queries__state__in=WAITING)
            .values_list("pk", flat=True)
        )
        obstacles = [form for form in forms if form.pk in with_queries]
    return ClosingPlan(scope.act, forms, obstacles)


def _with_people(forms: QuerySet[FormInstance]) -> list[FormInstance]:
    """In the order of casebooks, restricted forms too."""
    with_people: Iterable[FormInstance] = forms.prefetch_related("participant")
    return sorted(
        with_people,
        key=lambda form: (
            form.participant.sequence,
            form.visit_number,
            form.code,
            form.occurrence,
            form.pk,
        ),
    )
