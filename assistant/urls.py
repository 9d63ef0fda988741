from django.urls import path

from assistant.views import feedback

app_name = "assistant"

urlpatterns = [
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/feedback/",
        feedback.feedback,
        name="feedback",
    ),
    path("dojos/<slug:dojo_id>/feedback/", feedback.group, name="group"),
]
