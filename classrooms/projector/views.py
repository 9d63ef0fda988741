"""The projector's page, controlled from the cockpit."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.models import Seat
from classrooms.models.stage import Scene
from classrooms.projector import scenes as screen
from classrooms.theory.page import slide_page


@facilitator_view
@require_safe
def projector(request: Request, seat: Seat) -> HttpResponse:
    """In the Dojo's language, whatever the facilitator's is."""
    dojo = seat.dojo
    with translation.override(dojo.language):
        context = dojo_context(seat, "")
        scene = screen.scene_of(context["clock"])
        context |= {
            "scene": scene.value,
            "template": f"classrooms/projector/{scene.value}.html",
            "join_url": request.build_absolute_uri(
                reverse("classrooms:join", args=[dojo.join_code])
            ),
        }
        if scene == Scene.SLIDES:
            context["page"] = slide_page(dojo, None, None)
        return render_page_or_part(
            request, "classrooms/projector/projector.html", "screen", context
        )


@facilitator_view
@require_POST
def scene(request: Request, seat: Seat) -> HttpResponse:
    """Choose what the projector shows."""
    chosen = request.POST.get("scene", "")
    if chosen in Scene.values:
        screen.choose_scene(seat.dojo, Scene(chosen))
    return redirect("classrooms:cockpit", seat.dojo.public_id)
