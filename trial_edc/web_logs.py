"""The log of the web server, whose lines look like all others."""

import logging.config
import sys

from gunicorn import glogging

from trial_edc.settings import LOGGING


class WebLogger(glogging.Logger):
    """Gunicorn's own lines (start, stop, a worker that hangs) as those of the system.

    Requests are written by `record.audit.middleware`, which knows their page.
    """

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        logging.config.dictConfig(LOGGING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: object, *args: object, **options: object) -> None:
        """Say why a request is none, but not what was sent: it may hold a token."""
        if str(msg).startswith("Invalid request from"):
            problem = sys.exc_info()[0]
            self.error_log.warning("Invalid request: %s", problem and problem.__name__)
        else:
            super().warning(msg, *args, **options)

    def exception(self, msg: object, *_args: object, **_options: object) -> None:
        """Say what failed, but not at which address: that may hold a token."""
        text = msg.replace("%s", "…") if isinstance(msg, str) else "worker failed"
        self.error_log.error(text, exc_info=True)
