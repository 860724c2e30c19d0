"""Addresses of the visits room."""

from django.urls import path

from visits.calendar.views import feed
from visits.calendar.views import ward as calendar
from visits.deviations import views as deviations
from visits.infusions.views import bedside
from visits.judgements import views as judgements
from visits.laboratory import views as laboratories
from visits.missing_forms import views as missing_forms
from visits.reminders.views import inbound, messages
from visits.schedule import views as schedule

app_name = "visits"
PERSON = "participants/<str:number>/"
VISIT = f"{PERSON}visits/<str:visit>.<int:place>/"
INFUSION = f"{PERSON}infusions/<str:visit>/"

urlpatterns = [
    path("calendar/", calendar.ward, name="calendar"),
    path("calendar/mine/", feed.subscription, name="subscription"),
    path("deviations/", deviations.deviations, name="deviations"),
    path("missing-forms/", missing_forms.missing_forms, name="missing_forms"),
    path("values-to-judge/", judgements.values_to_judge, name="values_to_judge"),
    path("calendar.ics", feed.feed, name="feed"),
    path(f"{PERSON}schedule/", schedule.schedule, name="schedule"),
    path(f"{PERSON}messages/", messages.messages, name="messages"),
    path(f"{PERSON}unscheduled/", schedule.add_unscheduled, name="add_unscheduled"),
    path(f"{VISIT}missed/", schedule.mark_missed, name="mark_missed"),
    path(f"{VISIT}reopen/", schedule.reopen, name="reopen"),
    path(f"{PERSON}infusions/", bedside.bedside, name="bedside"),
    path(INFUSION, bedside.bedside, name="bedside"),
    path(f"{INFUSION}<slug:act>/", bedside.act, name="act"),
    path("answers/", inbound.inbound, name="inbound"),
    path("laboratories/", laboratories.laboratories, name="laboratories"),
    path("laboratories/<slug:code>/", laboratories.laboratory, name="laboratory"),
    path("ranges/<int:pk>/approve/", laboratories.approve, name="approve_range"),
]
