"""Addresses of the review pages."""

from django.urls import path

from record.review import views

app_name = "review"
urlpatterns = [
    path("queries/", views.queries, name="queries"),
    path("queries/<int:query_id>/", views.step, name="step"),
    path("verification/", views.verification, name="verification"),
]
