"""Submitting an experiment, following its run, and concluding."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, member_view, participant_view
from classrooms.exceptions import NotNow
from classrooms.models import Membership
from classrooms.models.dojos import BaselineRule
from classrooms.presentation import dojo_context, render_page_or_part
from experiments import services
from experiments.analysis.page import MAX_OBSERVATION
from experiments.analysis.views import analysis_links
from experiments.config_form import ConfigForm
from experiments.engine.models import MODELS
from experiments.forms import AnalysisForm, HypothesisForm
from experiments.models import Experiment, Framing
from experiments.refusals import REFUSALS, baseline_words, none_left_words, refusal_words
from experiments.rules import baseline_model, experiments_left, starting_config
from experiments.run_page import experiment_page, run_page
from experiments.yaml_form import YamlForm


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def experiment_new(request: Request, membership: Membership) -> HttpResponse:
    """Hypothesis and config on one page, as fields or as YAML."""
    if membership.dojo.has_ended:
        messages.info(request, _("This Dojo has ended: your record is complete."))
        return redirect("experiments:workspace", membership.dojo.public_id)
    if request.method == "POST":
        return _experiment_posted(request, membership)
    if experiments_left(membership) == 0:
        messages.info(request, none_left_words(membership.dojo))
        return redirect("experiments:workspace", membership.dojo.public_id)
    previous = _previous(request, membership)
    schema, allowed = membership.dojo.schema, membership.dojo.allowed_models
    config = starting_config(membership.dojo, previous)
    hypothesis = HypothesisForm(
        membership=membership,
        initial={
            "compared_to": previous.public_id if previous else None,
            "claim": previous.next_step if previous and previous.is_closed else "",
            "rationale": request.GET.get("observation", "")[:MAX_OBSERVATION],
        },
    )
    config_form = ConfigForm.for_config(config, schema, allowed)
    return _editor(request, membership, hypothesis, config_form)


def _previous(request: Request, membership: Membership) -> Experiment | None:
    """The experiment that this one starts from: the one asked for, or the latest."""
    own = Experiment.objects.filter(membership=membership)
    if asked := request.GET.get("from"):
        return get_object_or_404(own, public_id=asked)
    return own.order_by("-number").first()


def _experiment_posted(request: Request, membership: Membership) -> HttpResponse:
    """Submit, or show the same config in another way; nothing typed is lost."""
    action = request.POST.get("action", "submit")
    schema, allowed = membership.dojo.schema, membership.dojo.allowed_models
    config_form: ConfigForm | YamlForm
    if "yaml" in request.POST:
        config_form = YamlForm(request.POST, schema=schema, allowed=allowed)
    else:
        config_form = ConfigForm.posted(request.POST, schema, allowed)
    if action == "submit":
        hypothesis = HypothesisForm(request.POST, membership=membership)
        return _submit(request, membership, hypothesis, config_form)
    if action in ("to_yaml", "to_form"):
        if config_form.is_valid() and config_form.config:
            shown_as = YamlForm if action == "to_yaml" else ConfigForm
            config_form = shown_as.for_config(config_form.config, schema, allowed)
    elif isinstance(config_form, ConfigForm):
        post = request.POST.copy()
        if action == "baseline":
            post["model.name"] = baseline_model(allowed)
        config_form = ConfigForm.reshaped(post, schema, action, allowed)
    hypothesis = HypothesisForm(membership=membership, initial=request.POST.dict())
    return _editor(request, membership, hypothesis, config_form)


def _submit(
    request: Request,
    membership: Membership,
    hypothesis: HypothesisForm,
    config_form: ConfigForm | YamlForm,
) -> HttpResponse:
    ask_baseline = False
    # Both are asked, so that all that is to mend shows at once.
    if all([hypothesis.is_valid(), config_form.is_valid()]) and config_form.config:
        data = hypothesis.cleaned_data
        try:
            experiment = services.submit_experiment(
                membership,
                claim=data["claim"],
                rationale=data["rationale"],
                expected_effect=data["expected_effect"],
                compared_to=data.get("compared_to"),
                config=config_form.config,
                baseline_waived="baseline_waived" in request.POST,
            )
        except services.NotABaseline:
            ask_baseline = True
        except REFUSALS as refusal:
            hypothesis.add_error(None, refusal_words(refusal, membership.dojo))
        else:
            return redirect(experiment)
    return _editor(request, membership, hypothesis, config_form, ask_baseline=ask_baseline)


def _editor(
    request: Request,
    membership: Membership,
    hypothesis: HypothesisForm,
    config_form: ConfigForm | YamlForm,
    *,
    ask_baseline: bool = False,
) -> HttpResponse:
    context = dojo_context(membership, "work") | {
        "hypothesis": hypothesis,
        "config_form": config_form,
        "as_yaml": isinstance(config_form, YamlForm),
        "baseline_words": baseline_words(membership.dojo) if ask_baseline else "",
        "requires_baseline": membership.dojo.baseline_rule == BaselineRule.REQUIRE,
        "baseline_label": _(MODELS[baseline_model(membership.dojo.allowed_models)].label),
        "has_framing": Framing.objects.filter(membership=membership).exists(),
    }
    return render_page_or_part(request, "experiments/experiment_new.html", "config", context)


def find_experiment(membership: Membership, experiment_id: str) -> Experiment:
    visible = Experiment.objects.visible_to(membership).with_results()
    return get_object_or_404(visible, public_id=experiment_id)


@member_view
@require_http_methods(["GET", "HEAD", "POST"])
def experiment(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """One experiment: its hypothesis, its run, its interpretation, its conclusion."""
    context = dojo_context(membership, "work")
    found = find_experiment(membership, experiment_id)
    is_own = found.membership_id == membership.pk
    if request.method == "POST" and not is_own:
        raise Http404
    form = AnalysisForm(request.POST or None, instance=_unsaved_conclusion(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_analysis(found, **form.cleaned_data)
        except NotNow:
            form.add_error(None, _("This experiment cannot be concluded now: reload the page."))
        else:
            messages.success(request, _("Your conclusion is in the log."))
            return redirect(found)
    result = run_page(found)
    context |= {
        "experiment": found,
        "page": experiment_page(found),
        "result": result,
        "analysis_links": analysis_links(result),
        "form": form,
        "is_own": is_own,
        "tab": "work" if is_own else "cockpit",
    }
    return render(request, "experiments/experiment.html", context)


def _unsaved_conclusion(experiment: Experiment) -> Experiment:
    """A copy that the form may write to, while the page still shows what is stored."""
    return Experiment(
        analysis=experiment.analysis,
        decision=experiment.decision,
        next_step=experiment.next_step,
    )


@member_view
@require_safe
def run(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """The live part of an experiment's page."""
    found = find_experiment(membership, experiment_id)
    result = run_page(found)
    context = {
        "dojo": membership.dojo,
        "experiment": found,
        "result": result,
        "analysis_links": analysis_links(result),
        "is_own": found.membership_id == membership.pk,
    }
    return render(request, "experiments/run.html", context)


@participant_view
@require_POST
def rerun(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """Run one's own experiment again from scratch: does it give the same numbers?"""
    own = Experiment.objects.filter(membership=membership).with_results()
    found = get_object_or_404(own, public_id=experiment_id)
    try:
        services.repeat_run(found)
    except NotNow:
        messages.info(request, _("There is nothing to repeat now: wait for the run to finish."))
    except services.TooManyQueued:
        messages.info(request, _("Too many of your runs wait already: let one finish first."))
    return redirect(found)


@participant_view
@require_POST
def cancel(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """Stop one's own run; it stays in the log as cancelled."""
    own = Experiment.objects.filter(membership=membership).with_results()
    found = get_object_or_404(own, public_id=experiment_id)
    if not services.cancel_run(found):
        messages.info(request, _("The run had just finished."))
    return redirect(found)
