"""Addresses of this room."""

from django.urls import path

from exports import views

app_name = "exports"
urlpatterns = [
    path("", views.exports, name="exports"),
    path("unblinded/", views.unblinded, name="unblinded"),
    path("<str:key>/", views.export, name="export"),
    path("<str:key>/progress/", views.progress, name="progress"),
    path("<str:key>/download/", views.download, name="download"),
]
