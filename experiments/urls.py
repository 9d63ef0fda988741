from django.urls import path

from experiments.alarms import views as alarms
from experiments.analysis import views as analysis
from experiments.checks import views as checks
from experiments.demo import views as rehearsal
from experiments.exports import personal_views as personal
from experiments.exports import views as take_home
from experiments.leaderboard import entry_views as entries
from experiments.leaderboard import views as scores
from experiments.pages import comparison_views as comparison
from experiments.pages import experiment_views as experiments
from experiments.pages import record_views as record
from experiments.pages import reference_views as reference
from experiments.pages import ruler_views as forecasts
from experiments.participants import views as participants
from experiments.sealing import views as sealing
from experiments.summary import views as summary
from experiments.talks import views as talks

app_name = "experiments"

urlpatterns = [
    path("config.schema.json", reference.config_schema, name="config_schema"),
    path("dojos/<slug:dojo_id>/work/", record.workspace, name="workspace"),
    path("dojos/<slug:dojo_id>/framing/", record.framing, name="framing"),
    path(
        "dojos/<slug:dojo_id>/experiments/new/", experiments.experiment_new, name="experiment_new"
    ),
    path("dojos/<slug:dojo_id>/experiments/new/ruler/", forecasts.ruler, name="ruler"),
    path("dojos/<slug:dojo_id>/experiments/new/yaml/", forecasts.yaml_check, name="yaml_check"),
    path("dojos/<slug:dojo_id>/experiments/new/duration/", forecasts.duration, name="duration"),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/",
        experiments.experiment,
        name="experiment",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/run/",
        experiments.run,
        name="run",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/cancel/",
        experiments.cancel,
        name="cancel",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/rerun/",
        experiments.rerun,
        name="rerun",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/restart/",
        experiments.restart,
        name="restart",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/alarm/",
        alarms.alarm,
        name="alarm",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/alarm/answer/",
        alarms.answer,
        name="alarm_answer",
    ),
    path("dojos/<slug:dojo_id>/columns/", alarms.marks, name="marks"),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/choose/",
        entries.choose,
        name="choose",
    ),
    path("dojos/<slug:dojo_id>/compare/", comparison.compare, name="compare"),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/analysis/<slug:view>/",
        analysis.analysis,
        name="analysis",
    ),
    path("dojos/<slug:dojo_id>/checks/<slug:check_code>/", checks.check, name="check"),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/again/",
        analysis.again,
        name="again",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/note/",
        analysis.note,
        name="note",
    ),
    path(
        "dojos/<slug:dojo_id>/experiments/<slug:experiment_id>/limits/",
        analysis.limits,
        name="limits",
    ),
    path("dojos/<slug:dojo_id>/leaderboard/", scores.leaderboard, name="leaderboard"),
    path(
        "dojos/<slug:dojo_id>/leaderboard/controls/", scores.board_controls, name="board_controls"
    ),
    path("dojos/<slug:dojo_id>/leaderboard/freeze/", scores.freeze, name="freeze"),
    path("dojos/<slug:dojo_id>/leaderboard/reveal/", scores.reveal, name="reveal"),
    path("dojos/<slug:dojo_id>/take-home/", take_home.take_home, name="take_home"),
    path("dojos/<slug:dojo_id>/take-home/log/", take_home.log, name="log"),
    path("dojos/<slug:dojo_id>/take-home/page/", take_home.log_page, name="log_page"),
    path("dojos/<slug:dojo_id>/take-home/notebook/", take_home.notebook, name="notebook"),
    path("dojos/<slug:dojo_id>/take-home/document/", take_home.document, name="document"),
    path("dojos/<slug:dojo_id>/take-home/files/<slug:kind>/", take_home.export, name="export"),
    path("dojos/<slug:dojo_id>/take-home/zip/", take_home.archive, name="archive"),
    path("dojos/<slug:dojo_id>/starter/", take_home.starter, name="starter"),
    # What is sealed.
    path("dojos/<slug:dojo_id>/record/", sealing.record, name="record"),
    path("dojos/<slug:dojo_id>/record/root/", sealing.root, name="root"),
    # The participants.
    path("dojos/<slug:dojo_id>/rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("dojos/<slug:dojo_id>/rehearsal/run/", rehearsal.rehearse, name="rehearse"),
    path("dojos/<slug:dojo_id>/participants/", participants.overview, name="participants"),
    path("dojos/<slug:dojo_id>/people/<slug:person_id>/", participants.person, name="person"),
    path("dojos/<slug:dojo_id>/people/<slug:person_id>/ask/", participants.ask, name="ask"),
    path(
        "dojos/<slug:dojo_id>/people/<slug:person_id>/note/", participants.note, name="person_note"
    ),
    path(
        "dojos/<slug:dojo_id>/people/<slug:person_id>/data/",
        personal.person_data,
        name="person_data",
    ),
    path("dojos/<slug:dojo_id>/my-data/", personal.own_data, name="own_data"),
    path("dojos/<slug:dojo_id>/take-home/final/", take_home.final, name="final"),
    # Presentations.
    path("dojos/<slug:dojo_id>/talks/", talks.talks, name="talks"),
    path("dojos/<slug:dojo_id>/talks/screen/", talks.talk_on_screen, name="talk_on_screen"),
    path("dojos/<slug:dojo_id>/talks/mine/", talks.learnings, name="learnings"),
    path("dojos/<slug:dojo_id>/talks/mine/slides/", talks.slides, name="slides"),
    path(
        "dojos/<slug:dojo_id>/talks/queue/<slug:action>/", talks.talks_action, name="talks_action"
    ),
    path("dojos/<slug:dojo_id>/talks/<slug:person_id>/", talks.talk, name="talk"),
    path("dojos/<slug:dojo_id>/talks/<slug:person_id>/takeaway/", talks.takeaway, name="takeaway"),
    path(
        "dojos/<slug:dojo_id>/talks/<slug:person_id>/slides/",
        talks.talk_slides,
        name="talk_slides",
    ),
    path(
        "dojos/<slug:dojo_id>/talks/<slug:person_id>/grades/",
        talks.talk_grades,
        name="talk_grades",
    ),
    path(
        "dojos/<slug:dojo_id>/talks/<slug:person_id>/<slug:action>/",
        talks.talk_action,
        name="talk_action",
    ),
    # After it.
    path("dojos/<slug:dojo_id>/summary/", summary.summary, name="summary"),
    path("dojos/<slug:dojo_id>/summary/archives/", summary.archives, name="archives"),
    path("dojos/<slug:dojo_id>/summary/zip/", summary.dojo_archive, name="dojo_archive"),
]
