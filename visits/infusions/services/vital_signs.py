"""Writes of vital signs at the bedside, and of time points that do not apply."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from record.audit.attribution import Actor, Reason, Source, attributed
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services import form_instances
from trial_edc.requirements import implements
from trial_edc.vocabulary import (
    INFUSION_VISITS,
    MissingCode,
)
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.vocabulary import Given
from visits.models.measured import MEASURED
from visits.schedule.facts import is_refused_for_good
from visits.schedule.services import open_forms_at, set_untouched_status

BEDSIDE = ("INF", "VSI")


@implements("INF-03")
def mark_unneeded_time_points(
    participant: Participant, visit: str, casebook: Casebook
) -> None:
    """Mark the bedside forms that an infusion does not need as not applicable.

    All of them if it will not be given, else those of time points after its stop.
    """
    number = INFUSION_VISITS.get(visit)
    if number is None:
        return
    refused = is_refused_for_good(casebook, number)
    not_given = casebook.value("INF", "given", visit) == Given.NOT_GIVEN
    points = {point.occurrence: point for point in timing.points_of(visit, casebook)}
    forms = open_forms_at(participant, visit, 0, BEDSIDE)
    statuses = {}
    for form in forms:
        applies = not refused
        if form.code == "VSI":
            point = points.get(form.occurrence)
            applies = applies and not not_given and bool(point and point.is_applicable)
        statuses[form.pk] = (
            FormStatus.NOT_STARTED if applies else FormStatus.NOT_APPLICABLE
        )
    set_untouched_status(forms, statuses)


def vital_sign_form(participant: Participant, visit: str, point: str) -> FormInstance:
    occurrence = timing.POINTS.index(point) + 1
    return form_instances.ensure_form(
        participant, "VSI", visit=visit, occurrence=occurrence
    )


@implements("INF-03")
def record_vital_signs(
    participant: Participant,
    visit: str,
    point: str,
    values: Mapping[str, object],
    *,
    by: Actor,
    based_on: int | None = None,
    explanations: Mapping[str, str] | None = None,
    reasons: Mapping[str, Reason] | None = None,
    via: Source = Source.PAGE,
) -> Saved:
    with attributed(by=by, via=via):
        form_instances.lock(participant)
        form = vital_sign_form(participant, visit, point)
        return capture.save(
            form,
            {"time_point": point, **values},
            by=by,
            via=via,
            based_on=based_on,
            complete=True,
            explanations=explanations,
            reasons=reasons,
        )


def record_vital_signs_not_taken(
    participant: Participant,
    visit: str,
    point: str,
    *,
    reason: str,
    by: Actor,
    based_on: int | None = None,
    reasons: Mapping[str, Reason] | None = None,
) -> Saved:
    missing = dict.fromkeys(("taken_at", *MEASURED), MissingCode.NOT_DONE)
    text = _("Not taken; the reason stands in the form.")
    return record_vital_signs(
        participant,
        visit,
        point,
        {**missing, "not_done_reason": reason},
        by=by,
        based_on=based_on,
        explanations={"VSI-03": text},
        reasons=reasons,
    )
