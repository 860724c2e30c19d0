"""Forms that depend on a recorded death."""

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of
from safety.facts import events, is_fatal


def ends_without_death(casebook: Casebook) -> bool:
    """Whether the study ends without it: by withdrawal, or after month 3."""
    has_month_3_outcome = any(
        row.status == FormStatus.COMPLETE for row in casebook.rows("OM3")
    )
    return has_month_3_outcome or bool(casebook.fact("withdrawn_from_everything_on"))


def forms_kept_after_revocation(participant: Participant) -> list[FormInstance]:
    """Forms that still record a revoked death, because somebody worked on them."""
    casebook = casebook_of(participant, "AE", "SAE", "EOS")
    fatal = [event.form_id for event in events(casebook) if is_fatal(event)]
    reports = [row.form_id for row in casebook.rows("SAE") if row.get("ae") in fatal]
    ends = [row.form_id for row in casebook.rows("EOS") if row.get("reason") == "died"]
    forms = FormInstance.objects.filter(pk__in=[*fatal, *reports, *ends])
    return list(forms.order_by("code", "occurrence"))
