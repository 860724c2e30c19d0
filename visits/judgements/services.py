"""Values to judge are kept in step with the forms and the reference ranges."""

from record.casebook.services.copies import Copy
from visits.judgements.selectors import KEY, derived_rows
from visits.models import LaboratoryPanel, ReferenceRange, ValueToJudge

VALUES_TO_JUDGE = Copy(ValueToJudge, KEY, derived_rows)


def keep_values_of_laboratory(reference_range: ReferenceRange) -> None:
    """A range that counts from now on may make old values abnormal, or normal."""
    panels = LaboratoryPanel.objects.filter(laboratory=reference_range.laboratory_id)
    VALUES_TO_JUDGE.store(set(panels.values_list("form__participant", flat=True)))
