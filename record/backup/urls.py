"""Address of the page of backups."""

from django.urls import path

from record.backup import views

app_name = "backup"
urlpatterns = [path("", views.backups, name="backups")]
