"""Addresses of the review pages."""

from django.urls import path

from record.review.views import batches, queries, subjects, verification

app_name = "review"
urlpatterns = [
    path("queries/", queries.queries, name="queries"),
    path("queries/csv/", queries.download, name="download_queries"),
    path("queries/together/", batches.together, name="together"),
    path("queries/ask/<str:number>/", subjects.ask, name="ask"),
    path("queries/<int:query_id>/", queries.query, name="query"),
    path("queries/<int:query_id>/step/", queries.step, name="step"),
    path("queries/<int:query_id>/assign/", queries.assign, name="assign"),
    path("verification/", verification.verification, name="verification"),
    path("verification/draw/", verification.draw, name="draw_sample"),
]
