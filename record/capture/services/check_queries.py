"""The checks of a form run again, because values elsewhere have changed."""

from record.audit.attribution import Actor
from record.casebook import catalogue, engine
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from record.review import services as review
from trial_edc import clock
from trial_edc.vocabulary import Severity


def recheck(form: FormInstance, casebook: Casebook, *, by: Actor) -> None:
    """Bring the automatic queries of a form into line with what its checks find now.

    For a transaction that is attributed and holds the participant's lock. A form that
    is struck out, frozen or locked is left alone.
    """
    if form.struck_at or form.is_closed:
        return
    data = data_of(form, row_of(form))
    findings = engine.findings(
        catalogue.design(form.code), data, casebook, now=clock.now()
    )
    soft = [f for f in findings if f.severity == Severity.SOFT]
    checked = review.CheckedForm(form, soft)
    review.sync_check_queries([checked], review.automatic_queries([form]), by=by)
