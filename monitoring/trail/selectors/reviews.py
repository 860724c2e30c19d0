"""The reviews of the reports, the last one first."""

from django.db.models import QuerySet

from monitoring.trail.models import AuditReview

SHOWN = 20


def reviews_of(report: str) -> QuerySet[AuditReview]:
    reviews = AuditReview.objects.filter(report=report)
    return reviews.select_related("reviewed_by")[:SHOWN]


def last_review(report: str) -> AuditReview | None:
    reviews = AuditReview.objects.filter(report=report).order_by("until", "pk")
    return reviews.select_related("reviewed_by").last()
