"""What a save would make of a form, whether it may, what it asks; nothing is stored.

The save itself asks this, and so does the preview of an import.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from django.core.exceptions import PermissionDenied

from record.accounts.models import User
from record.audit.attribution import Actor, Reason
from record.audit.models import Confidentiality
from record.capture.impact_previews import impact_preview
from record.capture.problems import (
    ConfirmationNeeded,
    EraseNeeded,
    ExplanationNeeded,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook import access, catalogue, engine
from record.casebook.blinding import NAMES_ARM, word_telling_arm
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Item, ItemGroup, Text
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.values import Value, is_blank, is_same
from record.review.services import LONGEST
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, unfit_text
from trial_edc.vocabulary import Severity


@implements("ACC-05")
def require_right_to_enter(
    design: FormDesign, items: Iterable[str], *, by: Actor, by_system: bool = False
) -> None:
    if not isinstance(by, User):
        return
    answers = all(access.may_answer(by, design.items[name]) for name in items)
    if not answers or not access.may_enter(by, design, by_system=by_system):
        raise PermissionDenied


def require_right_to_strike(design: FormDesign, *, by: Actor) -> None:
    if isinstance(by, User) and not access.may_strike(by, design):
        raise PermissionDenied


def data_after(
    design: FormDesign,
    before: FormData,
    changed: Mapping[str, Value],
    casebook: Casebook,
    *,
    erase: bool | frozenset[str] = False,
) -> FormData:
    data = replace(before, values={**before.values, **changed})
    hidden: list[str] = []
    while names := engine.to_erase(design, data, casebook.with_data(data)):
        hidden += names
        data = replace(data, values={**data.values, **dict.fromkeys(names)})
    losing = [name for name in hidden if not is_blank(before.values.get(name))]
    agreed = erase if isinstance(erase, frozenset) else losing if erase else ()
    if not frozenset(agreed).issuperset(losing):
        raise EraseNeeded(losing)
    return data


def altered_items(data: FormData, before: FormData) -> dict[str, Value]:
    return {
        name: value
        for name, value in data.values.items()
        if not is_same(value, before.values.get(name))
    }


def soft_findings(
    design: FormDesign,
    data: FormData,
    casebook: Casebook,
    altered: Mapping[str, Value],
    *,
    complete: bool,
) -> list[Finding]:
    """A hard finding refuses.

    A draft is refused only for items that it changes: what stood before may be
    finished later.
    """
    findings = engine.findings(
        design, data, casebook, now=clock.now(), completing=complete
    )
    hard = [
        finding
        for finding in findings
        if finding.severity == Severity.HARD
        and (complete or not finding.item or finding.item in altered)
    ]
    if hard:
        raise SaveRefused(hard)
    return [finding for finding in findings if finding.severity == Severity.SOFT]


def require_explanations(
    soft: list[Finding],
    explanations: Mapping[str, str],
    altered: Container[str],
    standing: Container[tuple[str, str]],
) -> None:
    """`standing` are the places of automatic queries, which ask already."""
    unexplained = [
        finding
        for finding in soft
        if not explanations.get(finding.check_id, "").strip()
        and (
            (finding.item, finding.check_id) not in standing or finding.item in altered
        )
    ]
    if unexplained:
        raise ExplanationNeeded(unexplained)
    unfit = [
        replace(finding, message=problem.message, details=problem.details)
        for finding in soft
        if (problem := unfit_text(explanations.get(finding.check_id, ""), LONGEST))
    ]
    if unfit:
        raise SaveRefused(unfit)


def require_fit_reasons(design: FormDesign, reasons: Mapping[str, Reason]) -> None:
    """Refuse reasons that cannot be kept as they were written."""
    texts = {reason.text for reason in reasons.values()}
    problems = {text: unfit_text(text, LONGEST_REASON) for text in texts}
    findings = [
        Finding(
            f"{design.code}.{name}.reason",
            name,
            Severity.HARD,
            problem.message,
            problem.details,
        )
        for name, reason in reasons.items()
        if (problem := problems[reason.text])
    ]
    if findings:
        raise SaveRefused(findings)


@implements("RND-05")
def require_blind_texts(
    form: FormInstance,
    altered: Mapping[str, Value],
    reasons: Mapping[str, Reason],
    explanations: Iterable[tuple[str, str]],  # of items
    *,
    by: Actor,
) -> None:
    """Refuse what would tell an arm where blinded people read it."""
    if form.confidentiality != Confidentiality.OPEN:
        return
    design = catalogue.design(form.code)
    places = [
        *(
            (name, *_texts(design.items[name], value))
            for name, value in altered.items()
        ),
        *((name, [reason.text], ()) for name, reason in reasons.items()),
        *((name, [text], ()) for name, text in explanations),
    ]
    findings = [
        Finding(
            f"{design.code}.{name}.arm", name, Severity.HARD, NAMES_ARM, {"word": word}
        )
        for name, texts, medicines in places
        if (
            word := word_telling_arm(
                texts, by=by, participant=form.participant, medicines=medicines
            )
        )
    ]
    if findings:
        raise SaveRefused(findings)


def require_blind_reason(form: FormInstance, reason: Reason, *, by: Actor) -> None:
    """Of any form: what follows from the act stands in open rows, with its reason."""
    if word := word_telling_arm([reason.text], by=by, participant=form.participant):
        details = {"word": word}
        raise SaveRefused(
            [Finding(f"{form.code}.arm", "", Severity.HARD, NAMES_ARM, details)]
        )


def _texts(item: Item, value: Value) -> tuple[list[str], list[str]]:
    """Open texts, and names of medicines."""
    texts: list[str] = []
    medicines: list[str] = []
    if isinstance(item, Text):
        (medicines if item.names_medicine else texts).append(str(value or ""))
    elif isinstance(item, ItemGroup) and isinstance(value, list):
        for row in value:
            for name, column in item.columns.items():
                in_column = _texts(column, row.get(name))
                texts += in_column[0]
                medicines += in_column[1]
    return texts, medicines


def require_reasons(
    form: FormInstance,
    before: FormData,
    altered: Iterable[str],
    reasons: Mapping[str, Reason],
) -> None:
    if form.first_completed_at is None:
        return
    unreasoned = [
        name
        for name in altered
        if not is_blank(before.values.get(name)) and not _is_whole(reasons.get(name))
    ]
    if unreasoned:
        raise ReasonNeeded(unreasoned)


def _is_whole(reason: Reason | None) -> bool:
    return reason is not None and bool(reason.code and reason.text)


def require_confirmation(
    form: FormInstance, casebook: Casebook, data: FormData
) -> None:
    if preview := impact_preview(form, casebook, casebook.with_data(data)):
        raise ConfirmationNeeded(preview)


def require_restorable(form: FormInstance) -> None:
    """What came into the casebook meanwhile may make a row impossible."""
    design, data = catalogue.design(form.code), data_of(form, row_of(form))
    casebook = casebook_of(form.participant).with_data(data)
    findings = engine.standing_findings(design, data, casebook, now=clock.now())
    if hard := [one for one in findings if one.severity == Severity.HARD]:
        raise SaveRefused(hard)
