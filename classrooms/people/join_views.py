"""Public views: home, joining, and the two health checks."""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import public_view
from classrooms.accounts.guessing import ask_to_wait, pause_after_wrong_code
from classrooms.dojos.page import workflow_steps
from classrooms.dojos.reads import home_seats
from classrooms.dojos.services import join_dojo
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Seat, User
from classrooms.people import offers
from classrooms.people.entering import enter
from classrooms.people.join_forms import JoinCodeForm, JoinForm, JoinWithCodeForm, tidy_code
from jobs import health
from posting.once import keeps_once


@public_view
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Your Dojos; for a visitor, what this is and where to type a code."""
    if not request.user.is_authenticated:
        context = {"form": JoinCodeForm(), "steps": workflow_steps()}
        return render(request, "classrooms/welcome.html", context)
    found = home_seats(request.user)
    context = {
        "seats": [one for one in found if not one.dojo.is_archived],
        "archived": [one for one in found if one.dojo.is_archived],
        "form": JoinCodeForm(),
        "offers": offers.offers_to(request.user),
        "invitations": offers.invitations_to(request.user),
    }
    return render(request, "classrooms/home.html", context)


@public_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def join_code(request: HttpRequest) -> HttpResponse:
    """Join with a code in one form. Who typed only the code goes on to the form of its Dojo."""
    has_more = "display_name" in request.POST
    if request.method == "POST" and not has_more and (found := _dojo_typed(request)):
        return redirect("classrooms:join", found.join_code)
    form = JoinWithCodeForm(request.POST or None, request=request, initial=_known_name(request))
    if request.method == "POST":
        dojo = _dojo_typed(request)
        if dojo is None and (pause := pause_after_wrong_code(request)):
            return ask_to_wait(request, pause)
        if dojo and (_takes_people(dojo) or _is_seated(request, dojo)):
            if _joined(request, dojo, form):
                return redirect(dojo)
        else:
            form.refuse_code(
                _("Nobody can join this Dojo now.")
                if dojo
                else _("No Dojo has this code. Check it with your facilitator.")
            )
    return render(request, "classrooms/join_code.html", {"form": form})


def _dojo_typed(request: HttpRequest) -> Dojo | None:
    known = Dojo.objects.select_related("dataset", "rules")
    return known.filter(join_code=tidy_code(request.POST.get("code", ""))).first()


def _takes_people(dojo: Dojo) -> bool:
    return not dojo.has_ended and not dojo.is_solo and dojo.rules.join_is_open


@public_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Take a seat in a Dojo with a new or an existing account, in one form."""
    known = Dojo.objects.select_related("dataset", "rules").filter(join_code=code.upper())
    dojo = known.first()
    if dojo is None:
        if pause := pause_after_wrong_code(request):
            return ask_to_wait(request, pause)
        raise Http404
    if _is_seated(request, dojo):
        return redirect(dojo)
    if not _takes_people(dojo):
        return render(request, "classrooms/join_closed.html", {"dojo": dojo}, status=410)
    form = JoinForm(request.POST or None, request=request, initial=_known_name(request))
    if request.method == "POST" and _joined(request, dojo, form):
        return redirect(dojo)
    return render(request, "classrooms/join.html", {"form": form, "dojo": dojo})


def _joined(request: HttpRequest, dojo: Dojo, form: JoinForm) -> bool:
    """Whether the person has a seat now, or had one; if not, the form says why."""
    if _is_seated(request, dojo):
        return True
    if _too_often(request):
        form.add_error(None, _("Too many attempts. Wait a minute, then try again."))
        return False
    return form.is_valid() and _seat(request, dojo, form)


def _is_seated(request: HttpRequest, dojo: Dojo) -> bool:
    user = request.user
    return user.is_authenticated and dojo.seats.held_by(user).exists()


def _known_name(request: HttpRequest) -> dict[str, str]:
    """The name by which a person was last called in a Dojo, or that of their account."""
    user = request.user
    if not user.is_authenticated:
        return {}
    last = Seat.objects.held_by(user).order_by("-joined_at").first()
    return {"display_name": last.display_name if last else user.get_full_name()}


def _too_often(request: HttpRequest) -> bool:
    return not ratelimit.consume(request, action="join")


def _seat(request: HttpRequest, dojo: Dojo, form: JoinForm) -> bool:
    """Join with the account of the form, made and logged in when it is new."""

    def take_seat(user: User, name: str) -> Seat:
        return join_dojo(dojo=dojo, user=user, display_name=name)

    try:
        return enter(request, form, dojo, take_seat)
    except NotNow:
        form.add_error(None, _("This Dojo has just ended."))
    return False


@public_view
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@public_view
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and a compute worker are there; 503 names what is not."""
    checks = health.check_all()
    ready = all(checks.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": checks},
        status=200 if ready else 503,
    )
