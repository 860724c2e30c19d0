"""Edit checks of the visits room: within and across forms; pure."""

from visits.checks import deviation, infusion, laboratory, logs, request, visit

__all__ = ["deviation", "infusion", "laboratory", "logs", "request", "visit"]
