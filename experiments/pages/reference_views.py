"""The config schema for tools: public, and the same for everyone."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from classrooms.access import public_view
from engine.spec.config import ExperimentConfig


@public_view
@require_safe
@cache_control(public=True, max_age=3600)
def config_schema(request: HttpRequest) -> JsonResponse:
    """The JSON Schema of a config, for editors that complete and check YAML."""
    return JsonResponse(
        ExperimentConfig.model_json_schema(), content_type="application/schema+json"
    )
