"""An act offered by a page happens once, however often its request is sent.

A page that offers an act carries a key (`{% act_key %}`). The same key with the same
answers is the same act; other answers, from a page shown again, are another one.
"""

from contextvars import ContextVar
from uuid import UUID, uuid5

from django.db import connection
from django.http import HttpRequest

FIELD = "act_key"
NOT_ANSWERS = {FIELD, "csrfmiddlewaretoken", "password"}

current_key: ContextVar[UUID | None] = ContextVar("act_key", default=None)


class DoneAlready(Exception):
    """The act of this request happened before; nothing is stored again."""


def key_of(request: HttpRequest) -> UUID | None:
    try:
        key = UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
    answers = {k: texts for k, texts in request.POST.lists() if k not in NOT_ANSWERS}
    uploads = ((k, file) for k, files in request.FILES.lists() for file in files)
    files = [(k, str(file.name), file.size) for k, file in uploads]
    return uuid5(key, repr([request.path, *sorted(answers.items()), *sorted(files)]))


def require_first() -> None:
    """Raises `DoneAlready` for a request whose act happened before.

    Call it first in the transaction of the act: a second request waits here until the
    first one has ended. Without a key (a task, a command) the act is always the first.
    """
    key = current_key.get()
    if key is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_performedact (key) VALUES (%s) ON CONFLICT DO NOTHING",
            [key],
        )
        if not cursor.rowcount:
            raise DoneAlready
