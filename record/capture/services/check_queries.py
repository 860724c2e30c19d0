"""The checks of a sheet asked again, because values elsewhere have changed."""

from record.audit.attribution import Actor
from record.casebook import catalogue, engine
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from record.casebook.selectors import row_of, sheet_of
from record.review import services as review
from trial_edc import clock
from trial_edc.vocabulary import Severity


def recheck(form: FormInstance, binder: Casebook, *, by: Actor) -> None:
    """Bring the automatic queries of a sheet into line with what its checks find now.

    For a transaction that is attributed and holds the participant's lock. A sheet that
    is struck out, frozen or locked is left alone.
    """
    if form.struck_at or form.is_closed:
        return
    sheet = sheet_of(form, row_of(form))
    found = engine.findings(catalogue.design(form.code), sheet, binder, now=clock.now())
    soft = [one for one in found if one.severity == Severity.SOFT]
    review.settle_checks(form, soft, {}, (), by=by)
