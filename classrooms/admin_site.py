"""The admin for staff, who see everything, and for facilitators, who see their own Dojos."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from classrooms.models import Dojo


class ProductAdminSite(admin.AdminSite):
    """Open to staff and to whoever facilitates a Dojo."""

    site_header = site_title = "ML Experimenter"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return False
        return user.is_staff or Dojo.objects.facilitated_by(user).exists()


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
        own = Dojo.objects.facilitated_by(user)
        return found.filter(**{f"{self.dojo_lookup}__in": own})

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


class StaffOnly:
    """For an admin of what belongs to no Dojo."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff
