"""One check that has no exception."""

from record.lock.readiness import OpenLine, ReadinessCheck

LOCK_CHECKS = (
    ReadinessCheck(
        "strict", "A strict check", lambda: [OpenLine("S-001Z", "x")], strict=True
    ),
)
