"""Addresses of the lock of the database."""

from django.urls import path

from record.lock import views

app_name = "lock"
urlpatterns = [
    path("", views.database, name="database"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
    path("proposals/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("forms/", views.forms, name="forms"),
    path("checks/<slug:name>/", views.check, name="check"),
]
