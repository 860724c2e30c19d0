"""Addresses of the audit trail."""

from django.urls import path

from monitoring.trail.views import reports, saved_filters, trail

app_name = "trail"
urlpatterns = [
    path("", trail.entries, name="entries"),
    path("csv/", trail.download, name="download"),
    path("participants/<str:number>/", trail.of_participant, name="participant"),
    path("forms/<int:pk>/", trail.of_form, name="form"),
    path("forms/<int:pk>/<slug:item>/", trail.of_item, name="item"),
    path("filters/", saved_filters.save_filter, name="save_filter"),
    path(
        "filters/<int:key>/remove/", saved_filters.remove_filter, name="remove_filter"
    ),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/review/", reports.review, name="review"),
]
