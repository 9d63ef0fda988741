"""Forms about people and Dojos."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import SignupForm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dataset, Dojo, Membership
from experiments.engine.metrics import METRICS
from experiments.engine.schema import Costs


class DojoForm(forms.ModelForm):
    display_name = forms.CharField(
        label=_("Your name in this Dojo"),
        max_length=60,
        help_text=_("As participants will see it."),
    )
    false_positive = forms.FloatField(
        label=_("Cost of a false alarm (€)"),
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("Predicted positive and is not. Costs are optional: give both or none."),
    )
    false_negative = forms.FloatField(
        label=_("Cost of a missed case (€)"),
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("Is positive and was not predicted."),
    )

    class Meta:
        model = Dojo
        fields = ("title", "language", "variant", "dataset", "primary_metric", "success_threshold")
        labels = {"dataset": _("Dataset")}
        help_texts = {
            "success_threshold": _("The score from which the business problem counts as solved."),
            "primary_metric": _("What the leaderboard ranks by."),
            "language": _(
                "Of the agenda, the log and the notebook; each person chooses their own pages'."
            ),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].queryset = Dataset.objects.visible_to(user).ready()  # type: ignore[attr-defined]
        self.fields["dataset"].empty_label = None  # type: ignore[attr-defined]
        self.fields["dataset"].to_field_name = "public_id"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        metric, threshold = cleaned.get("primary_metric"), cleaned.get("success_threshold")
        if metric and threshold is not None and METRICS[metric].higher_is_better and threshold > 1:
            self.add_error(
                "success_threshold",
                gettext("This metric lies between 0 and 1; write 0.8 for 80 %."),
            )
        self._clean_costs(cleaned)
        return cleaned

    def _clean_costs(self, cleaned: dict[str, Any]) -> None:
        """Both costs or none, and both where the metric counts in them."""
        metric = cleaned.get("primary_metric")
        names = ("false_positive", "false_negative")
        given = {name: cleaned.pop(name, None) for name in names}
        needed = (metric and METRICS[metric].needs_costs) or any(
            value is not None for value in given.values()
        )
        for name in names:
            if needed and given[name] is None and name not in self.errors:
                self.add_error(name, gettext("Give both costs, or choose a metric without."))
        complete = not any(value is None for value in given.values())
        cleaned["costs"] = Costs.model_validate(given) if complete else None


class JoinCodeForm(forms.Form):
    code = forms.CharField(label=_("Join code"), max_length=12)

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).upper()


class JoinForm(forms.Form):
    """One form to take a seat: a name and, without a login, an account old or new."""

    display_name = forms.CharField(
        label=_("Your name in this Dojo"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_(
            "With an account: its password. Without one: choose it now, 8 characters or more."
        ),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=True),
    )

    def __init__(self, *args: Any, request: HttpRequest, dojo: Dojo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.dojo = request, dojo
        self.user: User | None = None
        self.signup: SignupForm | None = None
        if request.user.is_authenticated:
            self.user = request.user
            del self.fields["email"], self.fields["password"]

    def clean_display_name(self) -> str:
        name = " ".join(self.cleaned_data["display_name"].split())
        taken = Membership.objects.filter(dojo=self.dojo, display_name__iexact=name)
        if self.user:
            taken = taken.exclude(user=self.user)
        if taken.exists():
            raise forms.ValidationError(name_taken_message())
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, password = cleaned.get("email"), cleaned.get("password")
        if self.user or self.errors or not (email and password):
            return cleaned
        if get_user_model().objects.filter(email__iexact=email).exists():
            self._log_in(email, password)
        else:
            self.signup = SignupForm({"email": email, "password1": password})
            for field, errors in self.signup.errors.items():
                self.add_error("password" if field == "password1" else "email", errors)
        return cleaned

    def _log_in(self, email: str, password: str) -> None:
        try:
            self.user = get_adapter().authenticate(self.request, email=email, password=password)
        except forms.ValidationError as error:
            self.add_error("password", error)
            return
        if self.user is None:
            self.add_error(
                "password", gettext("This e-mail has an account, and this is not its password.")
            )

    def account(self) -> User:
        """The account that takes the seat, made now when it is new."""
        if self.user is None and self.signup is not None:
            return self.signup.save(self.request)
        if self.user is None:
            raise ValueError("Only a valid form has an account.")
        return self.user


def name_taken_message() -> str:
    return gettext("Someone in this Dojo already has this name. Add an initial, for example.")
