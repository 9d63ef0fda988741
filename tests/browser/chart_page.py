"""A page of real charts, in the product's own frame: `/charts/?name=roc&name=slices`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as product_urls
from tests.engine.test_charts import CHARTS, VIEWS

PAGE = """{% extends "base.html" %}{% load charts %}
{% block title %}Charts{% endblock %}
{% block content %}
  <h1>Charts</h1>
  {% for name, stored in charts %}
    <section class="card mb-3" id="{{ name|slugify }}"><div class="card-body">
      <h2>{{ name }}</h2>
      {% chart stored title=title %}
    </div></section>
  {% endfor %}
  {% if curve %}
    <section class="card" id="slider"><div class="card-body">
      <h2>Slider</h2>
      {% threshold_slider curve 0.5 0.31 negative_class="-" positive_class="+" stored_chart=drawn %}
    </div></section>
  {% endif %}
{% endblock %}
"""
CURVE = VIEWS["threshold"] | {
    "expected_cost": [round(3 + n / 17, 4) for n in range(len(VIEWS["threshold"]["threshold"]))]
}


def charts(request: HttpRequest) -> HttpResponse:
    made = [(name, CHARTS[name]().to_dict()) for name in request.GET.getlist("name")]
    context: dict[str, Any] = {"charts": made, "title": request.GET.get("title", "")}
    if "slider" in request.GET:
        context |= {"curve": CURVE, "drawn": CHARTS["threshold with cost"]().to_dict()}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [*product_urls, path("charts/", charts)]
