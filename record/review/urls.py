"""Addresses of the review pages."""

from django.urls import path

from record.review.views import queries, verification

app_name = "review"
urlpatterns = [
    path("queries/", queries.queries, name="queries"),
    path("queries/<int:query_id>/", queries.step, name="step"),
    path("verification/", verification.verification, name="verification"),
]
