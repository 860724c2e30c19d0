"""Why a form takes nothing, and who closed it."""

from django.utils.translation import gettext as _

from record.audit.closure import database_lock_text, site_time
from record.casebook.models import FormInstance


def closure_text(form: FormInstance) -> str:
    """As the database has it now, whatever the page showed."""
    if text := database_lock_text():
        return text
    form = (
        FormInstance.objects.select_related("locked_by").filter(pk=form.pk).first()
        or form
    )
    if form.locked_at:
        message = _("This form was locked by %(by)s on %(at)s; nothing was saved.")
        return message % {"by": form.locked_by, "at": site_time(form.locked_at)}
    if form.frozen_at:
        message = _("This form was frozen on %(at)s; nothing was saved.")
        return message % {"at": site_time(form.frozen_at)}
    return _("This form is closed; nothing was saved.")
