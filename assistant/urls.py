from django.urls import path

from assistant.conversation import views as conversation
from assistant.readings import views as readings
from assistant.reviews import views as feedback
from assistant.settings import notice_views as notice
from assistant.settings import views as settings

app_name = "assistant"

urlpatterns = [
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/feedback/",
        feedback.feedback,
        name="feedback",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/reading/",
        readings.reading,
        name="reading",
    ),
    path("dojos/<slug:dojo_id>/feedback/", feedback.group, name="group"),
    path("dojos/<slug:dojo_id>/coach/", conversation.coach, name="coach"),
    path("dojos/<slug:dojo_id>/coach/notice/", notice.notice, name="notice"),
    path("dojos/<slug:dojo_id>/coach/say/", conversation.say, name="say"),
    path("dojos/<slug:dojo_id>/coach/choice/", conversation.choose, name="choose"),
    path("dojos/<slug:dojo_id>/coach/settings/", settings.settings, name="settings"),
    path(
        "dojos/<slug:dojo_id>/coach/<slug:message_id>/stream/", conversation.stream, name="stream"
    ),
    path("dojos/<slug:dojo_id>/coach/<slug:message_id>/stop/", conversation.stop, name="stop"),
]
