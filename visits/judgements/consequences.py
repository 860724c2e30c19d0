"""Whatever changes a laboratory value or its range changes what is to be judged."""

from record.audit.attribution import Actor, Source, at_end
from record.capture.events import FormReturned, RowStruck
from record.capture.save_hooks import Saved
from visits.judgements.selectors import FORMS
from visits.judgements.services import VALUES_TO_JUDGE


def keep_values_to_judge(saved: Saved) -> None:
    at_end(VALUES_TO_JUDGE.store_one, saved.participant.pk)


def keep_values_to_judge_after(
    event: FormReturned | RowStruck, by: Actor, via: Source
) -> None:
    del by, via
    if event.form.code in FORMS:
        at_end(VALUES_TO_JUDGE.store_one, event.form.participant_id)
