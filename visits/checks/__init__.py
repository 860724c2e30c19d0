"""Edit checks of the visits room: within and across forms; pure."""

from visits.checks import deviation, ended, infusion, laboratory, logs, request, visit

__all__ = ["deviation", "ended", "infusion", "laboratory", "logs", "request", "visit"]
