"""Work handed to the workers, while nobody waits for the broker.

A thread of each process speaks to it, after the commit. What a broker loses or never
takes its room finds again each minute: see the schedule in `trial_edc/celery.py`.
"""

import atexit
import os
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Full, Queue
from threading import Lock, Thread

from celery import current_app
from django.db import transaction
from structlog.stdlib import get_logger

Send = Callable[[], object]
logger = get_logger(__name__)


class Sender:
    """Sends in the background, one after another, at most `most` waiting.

    More than these are left out: a broker that takes none of a hundred takes no more.
    """

    def __init__(self, *, most: int = 100) -> None:
        self.most = most
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a thread is not inherited

    def _begin(self) -> None:
        self._waiting: Queue[Send] = Queue(self.most)
        self._thread: Thread | None = None
        self._lock = Lock()

    def submit(self, send: Send) -> None:
        try:
            self._waiting.put_nowait(send)
        except Full:
            logger.warning("work not handed to a worker", problem="the broker is slow")
            return
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="sender", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            send = self._waiting.get()
            try:
                send()
            except Exception as problem:  # noqa: BLE001 - the next one has its turn
                name = type(problem).__name__
                logger.warning("work not handed to a worker", problem=name)
            finally:
                self._waiting.task_done()

    def finish(self, seconds: float = 3) -> None:
        """Wait for what is on its way, but for no broker that hangs."""
        ended = self._waiting.all_tasks_done
        with ended:
            ended.wait_for(lambda: not self._waiting.unfinished_tasks, seconds)


SENDER = Sender()
atexit.register(SENDER.finish)


def request_task(name: str, *arguments: object) -> None:
    """Have a worker do a task as soon as the transaction is committed."""
    send = partial(
        current_app.send_task, name, arguments, ignore_result=True, retry=False
    )
    # The context holds the id of the request, which the log of the task names.
    run = partial(copy_context().run, send)
    transaction.on_commit(partial(SENDER.submit, run), robust=True)
