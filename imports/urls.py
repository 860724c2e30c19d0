"""Addresses of the laboratory files."""

from django.urls import path

from imports.views import files, sources

app_name = "imports"
urlpatterns = [
    path("", files.file_list, name="files"),
    path("new/", files.upload, name="upload"),
    path("receive/", sources.receive, name="receive"),
    path("sources/", sources.source_list, name="sources"),
    path("sources/<slug:code>/", sources.source_page, name="source"),
    path("sources/<slug:code>/approve/", sources.approve, name="approve_source"),
    path("sources/<slug:code>/issue/", sources.issue, name="issue_source"),
    path("sources/<slug:code>/revoke/", sources.revoke, name="revoke_source"),
    path("<int:import_id>/", files.file_page, name="file"),
    path("<int:import_id>/mapping/", files.mapping, name="mapping"),
    path("<int:import_id>/progress/", files.progress, name="progress"),
    path("<int:import_id>/confirm/", files.confirm, name="confirm"),
    path("<int:import_id>/discard/", files.discard, name="discard"),
    path("<int:import_id>/leave_out/", files.leave_out, name="leave_out"),
    path("<int:import_id>/resume/", files.resume, name="resume"),
    path("<int:import_id>/report/", files.report, name="report"),
    path("<int:import_id>/original/", files.original, name="original"),
]
