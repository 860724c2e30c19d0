"""Addresses of the audit trail."""

from django.urls import path

from monitoring.trail import views

app_name = "trail"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("csv/", views.download, name="download"),
]
