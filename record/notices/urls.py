"""Addresses of the messages."""

from django.urls import path

from record.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("clocks/", views.clocks, name="clocks"),
    path("<int:message_id>/resend/", views.resend, name="resend"),
]
