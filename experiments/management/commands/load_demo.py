"""Load the demo: a facilitator, a running Dojo and four simulated participants."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.agenda import timeline
from classrooms.datasets.services import add_bundled_dataset
from classrooms.dojos import services
from classrooms.models import Dataset, Dojo, User
from engine.bundled import BUNDLED
from experiments.demo.simulation import SCRIPTS
from jobs.perform import perform_here

FACILITATOR = "facilitator@example.org"
PARTICIPANT = "participant@example.org"
# Printed for everyone: a demo has no secrets.
PASSWORD = "demo-experiments"  # noqa: S105  # nosec B105
NAMES = ("Amina", "Bruno", "Chloé", "Dmitri")


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo's passwords are known to everyone: it needs DJANGO_DEBUG on."
            )
        dojo = Dojo.objects.filter(memberships__user__email=FACILITATOR).first()
        if dojo is None:
            with translation.override(settings.LANGUAGE_CODE):
                dojo = self.load()
        self.stdout.write(
            f"\n  ML Experimenter   http://127.0.0.1:{settings.PORT}/\n\n"
            f"  Facilitator       {FACILITATOR}   password  {PASSWORD}\n"
            f"  Participant       {PARTICIPANT}   password  {PASSWORD}\n"
            f"  Join code         {dojo.join_code}\n\n"
            "  Ctrl-C stops everything.\n"
        )

    def load(self) -> Dojo:
        self.stdout.write("Preparing the demo data…")
        with transaction.atomic():
            facilitator = self.account(FACILITATOR, is_staff=True, is_superuser=True)
            dataset = add_bundled_dataset(
                facilitator, "churn", split_seed=BUNDLED["churn"].split.seed
            )
        perform_here(dataset)
        dataset = Dataset.objects.get(pk=dataset.pk)
        with transaction.atomic():
            dojo = services.create_dojo(
                facilitator=facilitator,
                display_name="Camille",
                title=_("Who will leave? Telecom churn"),
                language=settings.LANGUAGE_CODE,
                variant="standard",
                dataset=dataset,
                primary_metric="roc_auc",
                success_threshold=0.8,
            )
            services.join_dojo(dojo=dojo, user=self.account(PARTICIPANT), display_name="Alex")
            for name, script in zip(NAMES, SCRIPTS, strict=True):
                user = self.account(f"{script}@example.org")
                seat = services.join_dojo(dojo=dojo, user=user, display_name=name)
                seat.simulated_as = script
                seat.save(update_fields=["simulated_as"])
            timeline.start_dojo(dojo)
            # The theory is behind them: the group is in its first experiments.
            timeline.advance_dojo(dojo)
        return dojo

    def account(self, email: str, **flags: bool) -> User:
        user = User.objects.create_user(email, PASSWORD, **flags)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        return user
