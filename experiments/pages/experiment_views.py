"""Submit an experiment, follow its run, and conclude it."""

from __future__ import annotations

from csp.constants import NONCE
from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from classrooms.access import Request, member_view, participant_view
from classrooms.audit.notes import note_reading
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import NotNow
from classrooms.models import Seat
from classrooms.models.rules import BaselineRule
from engine.spec.models import MODELS
from experiments.alarms.page import alarm_page
from experiments.analysis.catalogue import analysis_links
from experiments.analysis.page import MAX_OBSERVATION
from experiments.holdout.page import holdout_page
from experiments.leaderboard.entries import entry_of
from experiments.leaderboard.words import OBJECTIONS
from experiments.models import Experiment, Framing
from experiments.pages.conclusion import conclusion_page
from experiments.pages.next_step import next_links
from experiments.pages.reads import experiments_of
from experiments.pages.run_page import RunPage, experiment_page, run_page
from experiments.submit import services
from experiments.submit.conclusion import AnalysisForm
from experiments.submit.config.form import ConfigForm
from experiments.submit.config.yaml import YamlForm
from experiments.submit.hypothesis import HypothesisForm, proposed_baseline
from experiments.submit.refusals import REFUSALS, baseline_words, none_left_words, refusal_words
from experiments.submit.rules import baseline_model, experiments_left, starting_config
from posting.edits import edited_alone
from posting.once import claimed, keeps_once, made_once


@csp_update({"script-src": [NONCE], "style-src": [NONCE]})
@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def experiment_new(request: Request, seat: Seat) -> HttpResponse:
    """Hypothesis and config on one page, as fields or as YAML."""
    if request.method == "POST":
        return _experiment_posted(request, seat)
    if seat.dojo.has_ended:
        messages.info(request, _("This Dojo has ended; your record is complete."))
        return redirect("experiments:workspace", seat.dojo.public_id)
    if not seat.dojo.has_started:
        # The workspace says when it starts, and what can be done meanwhile.
        return redirect("experiments:workspace", seat.dojo.public_id)
    if experiments_left(seat) == 0:
        messages.info(request, none_left_words(seat.dojo))
        return redirect("experiments:workspace", seat.dojo.public_id)
    previous = _previous(request, seat)
    schema, allowed = seat.dojo.schema, seat.dojo.rules.allowed_models
    config = starting_config(seat.dojo, previous)
    hypothesis = HypothesisForm(
        seat=seat,
        initial={
            "compared_to": previous.public_id if previous else None,
            "claim": previous.next_step if previous and previous.is_closed else "",
            "rationale": request.GET.get("observation", "")[:MAX_OBSERVATION],
        }
        if previous
        else proposed_baseline(config),
    )
    config_form = ConfigForm.for_config(config, schema, allowed)
    same_as = previous if "from" in request.GET else None
    return _editor(request, seat, hypothesis, config_form, same_as=same_as)


def _previous(request: Request, seat: Seat) -> Experiment | None:
    """The experiment that this one starts from: the one asked for, or the latest."""
    own = Experiment.objects.filter(seat=seat)
    if asked := request.GET.get("from"):
        return get_object_or_404(own, public_id=asked)
    return own.order_by("-number").first()


def _experiment_posted(request: Request, seat: Seat) -> HttpResponse:
    """Submit, or show the same config in another way; nothing typed is lost."""
    action = request.POST.get("action", "submit")
    schema, allowed = seat.dojo.schema, seat.dojo.rules.allowed_models
    config_form: ConfigForm | YamlForm
    if "yaml" in request.POST:
        config_form = YamlForm(request.POST, schema=schema, allowed=allowed)
    else:
        config_form = ConfigForm.posted(request.POST, schema, allowed)
    if action == "submit":
        hypothesis = HypothesisForm(request.POST, seat=seat)
        return _submit(request, seat, hypothesis, config_form)
    if action == "restore":
        reference = Experiment.objects.filter(seat=seat, public_id=request.POST.get("compared_to"))
        restored = starting_config(seat.dojo, reference.first())
        shown_as = YamlForm if "yaml" in request.POST else ConfigForm
        config_form = shown_as.for_config(restored, schema, allowed)
    elif action in ("to_yaml", "to_form"):
        if config_form.is_valid() and (config := config_form.config):
            if action == "to_yaml":
                typed = request.POST.get("typed_yaml", "")
                config_form = YamlForm.for_config(config, schema, allowed, typed=typed)
            else:
                config_form = ConfigForm.for_config(config, schema, allowed)
    elif isinstance(config_form, ConfigForm):
        post = request.POST.copy()
        if action == "baseline":
            post["model.name"] = baseline_model(allowed)
        config_form = ConfigForm.reshaped(post, schema, action, allowed)
    hypothesis = HypothesisForm(seat=seat, initial=request.POST.dict())
    return _editor(request, seat, hypothesis, config_form)


def _submit(
    request: Request,
    seat: Seat,
    hypothesis: HypothesisForm,
    config_form: ConfigForm | YamlForm,
) -> HttpResponse:
    ask_baseline = False
    # Both are asked, so that all that is to mend shows at once.
    if all([hypothesis.is_valid(), config_form.is_valid()]) and config_form.config:
        data = hypothesis.cleaned_data
        try:
            with claimed(request) as claim:
                if claim.is_first:
                    experiment = services.submit_experiment(
                        seat,
                        claim=data["claim"],
                        rationale=data["rationale"],
                        forecast=hypothesis.typed,
                        compared_to=data.get("compared_to"),
                        config=config_form.config,
                        baseline_waived="baseline_waived" in request.POST,
                    )
                    claim.keep(experiment.get_absolute_url())
        except services.NotABaseline:
            ask_baseline = True
        except REFUSALS as refusal:
            hypothesis.add_error(None, refusal_words(refusal, seat.dojo))
        else:
            return redirect(claim.made)
    return _editor(request, seat, hypothesis, config_form, ask_baseline=ask_baseline)


def _editor(
    request: Request,
    seat: Seat,
    hypothesis: HypothesisForm,
    config_form: ConfigForm | YamlForm,
    *,
    ask_baseline: bool = False,
    same_as: Experiment | None = None,
) -> HttpResponse:
    context = dojo_context(seat, "work") | {
        "hypothesis": hypothesis,
        "config_form": config_form,
        "as_yaml": isinstance(config_form, YamlForm),
        "baseline_words": baseline_words(seat.dojo) if ask_baseline else "",
        "requires_baseline": seat.dojo.rules.baseline_rule == BaselineRule.REQUIRE,
        "baseline_label": _(MODELS[baseline_model(seat.dojo.rules.allowed_models)].label),
        "is_first": hypothesis.is_baseline,
        "columns": [column.name for column in seat.dojo.schema.features],
        "same_as": same_as,
        # What was asked of the config is shown there.
        # With its comments, for when the config is shown as text again.
        "typed_yaml": request.POST.get("yaml") or request.POST.get("typed_yaml", ""),
        "is_changing": request.POST.get("action", "submit") != "submit",
        "has_framing": Framing.objects.filter(seat=seat).exists(),
    }
    response = render_page_or_part(request, "experiments/experiment_new.html", "config", context)
    # What was asked of the form while its fields were on their way is asked again.
    return trigger_client_event(response, "config-shown", after="swap")


def find_experiment(seat: Seat, experiment_id: str) -> Experiment:
    visible = Experiment.objects.visible_to(seat).with_results()
    return get_object_or_404(visible, public_id=experiment_id)


@member_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def experiment(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """One experiment: its hypothesis, its run, its interpretation, its conclusion."""
    context = dojo_context(seat, "work")
    found = find_experiment(seat, experiment_id)
    is_own = found.seat_id == seat.pk
    if request.method == "POST" and not is_own:
        raise Http404
    note_reading(seat, request.user, found.seat)
    form = AnalysisForm(request.POST or None, instance=_unsaved_conclusion(found), about=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_analysis(found, author=request.user, **form.cleaned_data)
        except NotNow:
            form.add_error(None, _not_now_words(found))
        else:
            return redirect(f"{found.get_absolute_url()}#conclusion")
    result = run_page(found, seat)
    entry = entry_of(experiments_of(found.seat), seat.dojo.primary_metric)
    context |= {
        "experiment": found,
        "page": experiment_page(found),
        "result": result,
        "alarm": alarm_page(found, seat),
        "holdout": holdout_page(found),
        "analysis_links": analysis_links(result),
        "next_links": next_links(result) if is_own else [],
        "asks_framing": _asks_framing(result, seat, is_own=is_own),
        "form": form,
        "is_own": is_own,
        "entry": entry,
        "why_not": OBJECTIONS.get(entry.objection, ""),
        "conclusion": conclusion_page(found, is_own=is_own),
        "navigation": context["navigation"].at("work" if is_own else "cockpit"),
    }
    return render(request, "experiments/experiment.html", context)


def _not_now_words(experiment: Experiment) -> str:
    if experiment.is_closed:
        return _("It can't be corrected any more. Copy your text if you want to keep it.")
    return _("This experiment can't be concluded now. Reload the page.")


def _unsaved_conclusion(experiment: Experiment) -> Experiment:
    """A copy that the form may write to, while the page still shows what is stored."""
    return Experiment(
        analysis=experiment.analysis,
        decision=experiment.decision,
        next_step=experiment.next_step,
        **experiment.claims,
    )


@member_view
@require_safe
def run(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """The live part of an experiment's page."""
    found = find_experiment(seat, experiment_id)
    result, is_own = run_page(found, seat), found.seat_id == seat.pk
    context = {
        "dojo": seat.dojo,
        "seat": seat,
        "experiment": found,
        "result": result,
        "alarm": alarm_page(found, seat),
        "holdout": holdout_page(found),
        "analysis_links": analysis_links(result),
        "next_links": next_links(result) if is_own else [],
        "asks_framing": _asks_framing(result, seat, is_own=is_own),
        "is_own": is_own,
    }
    return render(request, "experiments/run.html", context)


def _asks_framing(result: RunPage, seat: Seat, *, is_own: bool) -> bool:
    """Whether the time of the run is there to write the framing that is still missing."""
    is_waiting = is_own and result.run.is_unfinished
    return is_waiting and not Framing.objects.filter(seat=seat).exists()


@participant_view
@require_POST
@made_once
def rerun(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Re-run the participant's own experiment: does it give the same numbers?"""
    own = Experiment.objects.filter(seat=seat).with_results()
    found = get_object_or_404(own, public_id=experiment_id)
    try:
        services.repeat_run(found)
    except NotNow:
        messages.info(request, _("Nothing to re-run yet. Wait for the run to finish."))
    except services.TooManyQueued:
        messages.info(request, _("Too many of your runs are queued. Let one finish first."))
    return redirect(found)


@participant_view
@require_POST
def restart(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Start the participant's own run again, which failed through no fault of theirs."""
    own = Experiment.objects.filter(seat=seat).with_results()
    found = get_object_or_404(own, public_id=experiment_id)
    try:
        services.restart_run(found)
    except NotNow:
        if not found.run.is_unfinished:  # a second click finds it in the queue
            messages.info(request, _("This run can't be started again. Reload the page."))
    except REFUSALS as refusal:
        messages.info(request, refusal_words(refusal, seat.dojo))
    return redirect(found)


@participant_view
@require_POST
def cancel(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Cancel the participant's own run; it stays in the log as cancelled."""
    own = Experiment.objects.filter(seat=seat).with_results()
    found = get_object_or_404(own, public_id=experiment_id)
    if not services.cancel_run(found):
        messages.info(request, _("The run had just finished."))
    return redirect(found)
