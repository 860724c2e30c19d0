"""What hinders an act on a monitoring visit, in words for people."""


class MonitoringRefused(Exception):
    """The visit, its finding, action or report is in another state."""
