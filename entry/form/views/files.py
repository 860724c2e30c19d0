"""The files of a form."""

from django.http import FileResponse, Http404

from entry.form.views.form import READERS, visible_form
from record.accounts.access import StaffRequest, permitted
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.models import StoredFile
from record.casebook.services import files


@permitted(*READERS)
def stored_file(request: StaffRequest, pk: int, item: str) -> FileResponse:
    """Serve a stored file through the permission check, as a download."""
    form = visible_form(request, pk)
    if item not in visible_items(request.user, catalogue.design(form.code)):
        raise Http404
    try:
        content, stored = files.open_item(form, item, by=request.user)
    except StoredFile.DoesNotExist:
        raise Http404 from None
    name = f"{form.participant.number}-{form.code}-{item}"
    response = FileResponse(
        content,
        as_attachment=True,
        filename=name + files.ending(stored.media_type),
        content_type=stored.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
