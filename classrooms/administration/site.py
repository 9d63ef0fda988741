"""The admin for staff, who see everything, and for facilitators, who see their own Dojos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from classrooms.audit.notes import Action, note
from classrooms.intake.values import number_so_far
from classrooms.models import AuditEntry, Dojo, Seat, User
from classrooms.models.dojos import Variant


def rooms_of(user: User) -> QuerySet[Dojo]:
    """The Dojos that a person runs for others."""
    return Dojo.objects.facilitated_by(user).exclude(variant=Variant.SOLO)


class ProductAdminSite(admin.AdminSite):
    """Open to staff and to who runs a Dojo for others; a solo session makes nobody a facilitator
    of anything but their own work."""

    site_header = site_title = "ML Experimenter"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return False
        return user.is_staff or rooms_of(user).exists()

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The login of all pages, with its limits and second factors."""
        back = request.GET.get(REDIRECT_FIELD_NAME, "")
        hosts = {request.get_host()}
        # A path: Django would look for a view of any other name.
        if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, hosts)):
            back = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        if not self.has_permission(request):
            # Logged in, and without the right: a login page would send them round in circles.
            raise Http404
        return redirect(back)

    def password_change(  # type: ignore[override] # django-stubs: an answer of the same base
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """That of all pages."""
        return redirect("account_change_password")

    def admin_view(  # type: ignore[override] # django-stubs: a view of the same type
        self, view: Callable[..., Any], cacheable: bool = False
    ) -> Callable[..., Any]:
        """Refuse an empty field to find a record by: Django's own looks for a field without a
        name, and fails.

        Raises:
            BadRequest: the request has one.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
                raise BadRequest("No field has an empty name.")
            return inner(request, *args, **kwargs)

        return checked


class RecordSelect(AutocompleteSelect):
    """Django's own would ask the database for any word that is sent in the place of a key."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        keys = [key for key in value if number_so_far(str(key)) is not None]
        return super().optgroups(name, keys, attr)


class OwnDojosOnly:
    """For an admin or inline: staff may look at every record and change what Django's
    permissions say; facilitators see and change what belongs to their own Dojos, and
    neither add nor delete it here, where no rule of the product would be asked."""

    # From the model to its Dojo.
    dojo_lookup = "dojo"
    facilitators_change = False
    facilitators_read_only: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        user = request.user
        if isinstance(user, AnonymousUser):
            return found.none()
        return found if user.is_staff else self.owned_by(found, user)

    def owned_by(self, found: QuerySet[Any], user: User) -> QuerySet[Any]:
        own = rooms_of(user)
        return found.filter(**{f"{self.dojo_lookup}__in": own})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        admin_itself: Any = self
        if db_field.name in admin_itself.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelect(db_field, admin_itself.admin_site))
        found: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if request.user.is_staff:
            return super().has_change_permission(request, obj)  # type: ignore[misc]
        return self.facilitators_change

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        may_add = super().has_add_permission(request, *args)  # type: ignore[misc]
        return bool(request.user.is_staff and may_add)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return bool(request.user.is_staff and may_delete)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        always = tuple(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        return always if request.user.is_staff else (*always, *self.facilitators_read_only)

    # An inline's changes are told by the admin that it is in.
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._note(request, Action.ADDED, obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        if message:
            self._note(request, Action.EDITED, obj)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        found = list(queryset)
        for one in found:
            self._note(request, Action.DELETED, one)
        return super().log_deletions(request, found)  # type: ignore[misc]

    def _note(self, request: HttpRequest, action: AuditEntry.Action, record: Model) -> None:
        """Note it in the audit log of each Dojo that the record belongs to."""
        own = type(record)._default_manager.filter(pk=record.pk)
        keys = set(own.values_list(self.dojo_lookup, flat=True)) - {None}
        about = record if isinstance(record, Seat) else None
        # The admin lets in nobody who is not logged in.
        actor = cast(User, request.user)
        for dojo in Dojo.objects.filter(pk__in=keys):
            note(dojo, actor, action, about=about, detail=str(record._meta.model_name))


class StaffOnly:
    """For an admin of what belongs to no Dojo."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff
