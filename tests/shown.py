"""What a page showed, as an act posts it back."""

import re
from html import unescape

from django.test import Client

from record.casebook.models import FormInstance

HIDDEN = re.compile(
    r'<input type="hidden" name="(based_on|shown|shown_forms)" value="([^"]*)">'
)


def revision(form: FormInstance) -> int:
    """The revision that a page drawn now shows."""
    return FormInstance.objects.values_list("revision", flat=True).get(pk=form.pk)


def shown(client: Client, url: str, **headers: str) -> dict[str, str]:
    """The hidden fields of a page that say what it shows."""
    text = client.get(url, headers=headers).content.decode()
    return {name: unescape(value) for name, value in HIDDEN.findall(text)}
