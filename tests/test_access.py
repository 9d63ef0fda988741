"""Who may see what: every URL of ours, as every role. A URL without a row here fails."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from classrooms.agenda.variants import agenda_of
from classrooms.models import AgendaTemplate, Dojo
from experiments.models import Talk
from tests import factories
from tests.conftest import Cast

OK, LOGIN, HIDDEN, NO_TOKEN = "ok", "login", "404", "401"
ROLES = ("anonymous", "stranger", "neighbour", "participant", "facilitator")

EVERYONE = dict.fromkeys(ROLES, OK)
ACCOUNTS = EVERYONE | {"anonymous": LOGIN}
MEMBERS = ACCOUNTS | {"stranger": HIDDEN}
PARTICIPANTS = MEMBERS | {"facilitator": HIDDEN}
FACILITATORS = MEMBERS | {"neighbour": HIDDEN, "participant": HIDDEN}
# A login opens nothing there (tests/connections has what a token opens).
TOKEN_HOLDERS = dict.fromkeys(ROLES, NO_TOKEN)
OWN_EXPERIMENT = MEMBERS | {"neighbour": HIDDEN}
DATASET_OWNER = FACILITATORS

# name → (method, who gets what, access that the view declares)
MATRIX: dict[str, tuple[str, dict[str, str], str]] = {
    "home": ("get", EVERYONE, "public"),
    "healthz": ("get", EVERYONE, "public"),
    "readyz": ("get", EVERYONE, "public"),
    "classrooms:join_code": ("get", EVERYONE, "public"),
    "classrooms:join": ("get", EVERYONE, "public"),
    "classrooms:datasets": ("get", ACCOUNTS, "opener"),
    "classrooms:dataset_new": ("get", ACCOUNTS, "opener"),
    "classrooms:dataset": ("get", DATASET_OWNER, "opener"),
    "classrooms:dataset_format": ("get", DATASET_OWNER, "opener"),
    "classrooms:dataset_leaks": ("get", DATASET_OWNER, "opener"),
    "classrooms:dataset_values": ("post", DATASET_OWNER, "opener"),
    "classrooms:dataset_truths": ("get", DATASET_OWNER, "opener"),
    "classrooms:dataset_delete": ("post", DATASET_OWNER, "opener"),
    "classrooms:dataset_card": ("get", DATASET_OWNER, "opener"),
    "classrooms:dataset_undo_split": ("post", DATASET_OWNER, "opener"),
    "classrooms:dataset_sensitive": ("get", DATASET_OWNER, "opener"),
    "classrooms:dojo_new": ("get", ACCOUNTS, "opener"),
    "classrooms:dojo_new_step": ("get", ACCOUNTS, "opener"),
    "classrooms:prepare": ("get", FACILITATORS, "facilitator"),
    "classrooms:details": ("get", FACILITATORS, "facilitator"),
    "classrooms:agenda": ("get", FACILITATORS, "facilitator"),
    "classrooms:rules": ("get", FACILITATORS, "facilitator"),
    "classrooms:clone": ("post", FACILITATORS, "facilitator"),
    "classrooms:agendas": ("get", ACCOUNTS, "account"),
    "classrooms:agenda_rename": ("post", DATASET_OWNER, "account"),
    "classrooms:agenda_delete": ("post", DATASET_OWNER, "account"),
    "classrooms:solo": ("get", ACCOUNTS, "account"),
    "classrooms:solo_ready": ("get", DATASET_OWNER, "account"),
    "classrooms:pace": ("post", dict.fromkeys(ROLES, HIDDEN) | {"anonymous": LOGIN}, "facilitator"),
    "classrooms:dojo": ("get", MEMBERS, "member"),
    "classrooms:data": ("get", MEMBERS, "member"),
    "classrooms:rows": ("get", MEMBERS, "member"),
    "classrooms:clock": ("get", MEMBERS, "member"),
    "classrooms:events": ("get", MEMBERS, "member"),
    "classrooms:cockpit": ("get", FACILITATORS, "facilitator"),
    "classrooms:workers": ("get", MEMBERS, "member"),
    "classrooms:clock_action": ("post", FACILITATORS, "facilitator"),
    "classrooms:invitation": ("get", EVERYONE, "public"),
    "classrooms:people": ("get", FACILITATORS, "facilitator"),
    "classrooms:inviting": ("get", FACILITATORS, "facilitator"),
    "classrooms:code": ("post", FACILITATORS, "facilitator"),
    "classrooms:roster": ("post", FACILITATORS, "facilitator"),
    "classrooms:invitation_action": ("post", FACILITATORS, "facilitator"),
    "classrooms:links": ("get", FACILITATORS, "facilitator"),
    "classrooms:cards": ("get", FACILITATORS, "facilitator"),
    "classrooms:facilitators": ("post", FACILITATORS, "facilitator"),
    "classrooms:person": ("post", FACILITATORS, "facilitator"),
    "classrooms:audit": ("get", FACILITATORS, "facilitator"),
    "classrooms:audit_table": ("get", FACILITATORS, "facilitator"),
    "classrooms:checklist": ("get", FACILITATORS, "facilitator"),
    "classrooms:log_template": ("get", MEMBERS, "member"),
    "classrooms:changes": ("get", MEMBERS, "member"),
    "classrooms:slides": ("get", MEMBERS, "member"),
    "classrooms:show_slide": ("post", FACILITATORS, "facilitator"),
    "classrooms:answer": ("post", PARTICIPANTS, "participant"),
    "classrooms:projector": ("get", FACILITATORS, "facilitator"),
    "classrooms:scene": ("post", FACILITATORS, "facilitator"),
    "experiments:config_schema": ("get", EVERYONE, "public"),
    "experiments:workspace": ("get", PARTICIPANTS, "participant"),
    "experiments:framing": ("get", PARTICIPANTS, "participant"),
    "experiments:experiment_new": ("get", PARTICIPANTS, "participant"),
    "experiments:ruler": ("post", PARTICIPANTS, "participant"),
    "experiments:duration": ("post", PARTICIPANTS, "participant"),
    "experiments:yaml_check": ("post", PARTICIPANTS, "participant"),
    "experiments:experiment": ("get", OWN_EXPERIMENT, "member"),
    "experiments:run": ("get", OWN_EXPERIMENT, "member"),
    "experiments:cancel": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:restart": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:rerun": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:compare": ("get", PARTICIPANTS, "participant"),
    "experiments:analysis": ("get", OWN_EXPERIMENT, "member"),
    "experiments:check": ("get", MEMBERS, "member"),
    "experiments:again": ("post", OWN_EXPERIMENT, "member"),
    "experiments:note": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:limits": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "assistant:feedback": ("get", OWN_EXPERIMENT, "member"),
    # Of an experiment that is concluded; the cast's is not.
    "assistant:reading": ("get", FACILITATORS | {"facilitator": HIDDEN}, "facilitator"),
    "assistant:group": ("get", FACILITATORS, "facilitator"),
    "assistant:coach": ("get", PARTICIPANTS, "participant"),
    "assistant:notice": ("get", EVERYONE, "public"),
    "assistant:say": ("post", PARTICIPANTS, "participant"),
    "assistant:choose": ("post", PARTICIPANTS, "participant"),
    "assistant:settings": ("get", FACILITATORS, "facilitator"),
    "assistant:stream": ("get", OWN_EXPERIMENT | {"facilitator": HIDDEN}, "participant"),
    "assistant:stop": ("post", OWN_EXPERIMENT | {"facilitator": HIDDEN}, "participant"),
    "experiments:leaderboard": ("get", MEMBERS, "member"),
    "experiments:rehearsal": ("get", FACILITATORS, "facilitator"),
    "experiments:rehearse": ("post", FACILITATORS, "facilitator"),
    "experiments:record": ("get", MEMBERS, "member"),
    "experiments:root": ("get", MEMBERS, "member"),
    "experiments:board_controls": ("get", FACILITATORS, "facilitator"),
    "experiments:marks": ("get", FACILITATORS, "facilitator"),
    "experiments:alarm_answer": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:alarm": ("post", FACILITATORS, "facilitator"),
    "experiments:choose": (
        "post",
        OWN_EXPERIMENT | {"facilitator": HIDDEN},
        "participant",
    ),
    "experiments:freeze": ("post", FACILITATORS, "facilitator"),
    "experiments:reveal": ("post", FACILITATORS, "facilitator"),
    "experiments:participants": ("get", FACILITATORS, "facilitator"),
    "experiments:take_home": ("get", PARTICIPANTS, "participant"),
    "experiments:log": ("get", PARTICIPANTS, "participant"),
    "experiments:log_page": ("get", PARTICIPANTS, "participant"),
    "experiments:notebook": ("get", PARTICIPANTS, "participant"),
    "experiments:document": ("get", PARTICIPANTS, "participant"),
    "experiments:export": ("post", PARTICIPANTS, "participant"),
    "experiments:archive": ("get", PARTICIPANTS, "participant"),
    "experiments:starter": ("get", MEMBERS, "member"),
    "classrooms:help": ("get", MEMBERS, "member"),
    "classrooms:news": ("get", MEMBERS, "member"),
    "classrooms:news_seen": ("post", MEMBERS, "member"),
    "classrooms:hand": ("get", PARTICIPANTS, "participant"),
    "classrooms:hand_lower": ("post", PARTICIPANTS, "participant"),
    "classrooms:hands": ("get", FACILITATORS, "facilitator"),
    "classrooms:hand_action": ("post", FACILITATORS, "facilitator"),
    "classrooms:announcements": ("get", FACILITATORS, "facilitator"),
    "experiments:person": ("get", FACILITATORS, "facilitator"),
    "experiments:person_note": ("post", FACILITATORS, "facilitator"),
    "experiments:ask": (
        "post",
        dict.fromkeys(FACILITATORS, HIDDEN) | {"anonymous": LOGIN},
        "facilitator",
    ),
    "classrooms:account": ("get", ACCOUNTS, "account"),
    "classrooms:prove_email": ("post", ACCOUNTS, "account"),
    "classrooms:offer": ("post", ACCOUNTS, "account"),
    "classrooms:account_delete": ("post", ACCOUNTS, "account"),
    "classrooms:account_deleted": ("get", EVERYONE, "public"),
    "classrooms:archive": ("post", FACILITATORS, "facilitator"),
    "classrooms:delete": ("get", FACILITATORS, "facilitator"),
    "classrooms:leave": ("get", MEMBERS, "member"),
    "experiments:own_data": ("get", MEMBERS, "member"),
    "experiments:person_data": ("get", FACILITATORS, "facilitator"),
    "experiments:final": ("post", PARTICIPANTS, "participant"),
    "experiments:talks": ("get", MEMBERS, "member"),
    "experiments:talk_on_screen": ("get", FACILITATORS, "facilitator"),
    "experiments:learnings": ("get", PARTICIPANTS, "participant"),
    "experiments:slides": ("get", PARTICIPANTS, "participant"),
    "experiments:talks_action": ("post", FACILITATORS, "facilitator"),
    "experiments:talk": ("get", OWN_EXPERIMENT, "member"),
    "experiments:takeaway": ("post", MEMBERS | {"participant": HIDDEN}, "member"),
    "experiments:talk_slides": ("get", OWN_EXPERIMENT, "member"),
    "experiments:talk_grades": ("get", FACILITATORS, "facilitator"),
    "experiments:talk_action": ("post", FACILITATORS, "facilitator"),
    "experiments:summary": ("get", FACILITATORS, "facilitator"),
    "experiments:archives": ("get", FACILITATORS, "facilitator"),
    "experiments:dojo_archive": ("get", FACILITATORS, "facilitator"),
    "connections:tokens": ("get", ACCOUNTS, "account"),
    "connections:token_revoke": ("post", ACCOUNTS, "account"),
    "connections:reference": ("get", ACCOUNTS, "account"),
    "connections:tracking": ("get", FACILITATORS, "facilitator"),
    "api:openapi-json": ("get", EVERYONE, "public"),
    "api:api-root": ("get", dict.fromkeys(ROLES, HIDDEN), "public"),
    "api:dojos": ("get", TOKEN_HOLDERS, "token"),
    "api:dojo": ("get", TOKEN_HOLDERS, "token"),
    "api:experiments": ("get", TOKEN_HOLDERS, "token"),
    "api:submit_experiment": ("post", TOKEN_HOLDERS, "token"),
    "api:experiment": ("get", TOKEN_HOLDERS, "token"),
    "api:restart": ("post", TOKEN_HOLDERS, "token"),
}

ACTIONS = {
    "classrooms:hand_action": "come",
    "experiments:talks_action": "next",
    "experiments:talk_action": "skip",
}

# Other people's views, tested by them: accounts, admin, the language switch.
FOREIGN = (
    *("account_", "mfa_", "socialaccount_", "openid_connect_"),
    *("admin:", "set_language", "admin"),
)


def our_urls() -> Iterator[tuple[str, URLPattern]]:
    def walk(
        patterns: list[URLPattern | URLResolver], namespace: str
    ) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from walk(pattern.url_patterns, inner)
            elif not f"{namespace}{pattern.name}".startswith(FOREIGN) and pattern.name:
                yield f"{namespace}{pattern.name}", pattern

    yield from walk(get_resolver().url_patterns, "")


def test_every_url_has_a_row_and_declares_its_access() -> None:
    found = {name: getattr(pattern.callback, "access", None) for name, pattern in our_urls()}
    assert found == {name: access for name, (_, _, access) in MATRIX.items()}


def path_of(name: str, cast: Cast) -> str:
    from django.urls import reverse

    dataset = cast.dojo.dataset
    announcement = factories.announce(cast.dojo)
    if name in ("classrooms:dataset_format", "classrooms:dataset_card"):
        dataset = factories.make_upload(dataset.owner)
    values = {
        "code": cast.dojo.join_code,
        "dataset_id": dataset.public_id,
        "dojo_id": cast.dojo.public_id,
        "experiment_id": cast.experiment.public_id,
        "action": ACTIONS.get(name, "pause"),
        "person_id": cast.participant.public_id,
        "announcement_id": announcement.public_id,
        "step": "variant",
        "message_id": factories.coach_message(cast.participant).public_id,
        "token": factories.invite(cast.dojo).token,
        "view": "importance",
        "check_code": "MLX01",
        "token_id": "bcdfghjkmnpq",
        "offer_id": "bcdfghjkmnpq",
        "kind": "pdf",
    }
    if name in ("experiments:slides", "experiments:talk_slides", "experiments:talk_grades"):
        Dojo.objects.filter(pk=cast.dojo.pk).update(variant="advanced")
    if name == "experiments:takeaway":
        Talk.objects.update_or_create(
            seat=cast.participant, defaults={"position": 1, "started_at": timezone.now()}
        )
    if name in ("classrooms:agenda_rename", "classrooms:agenda_delete"):
        phases = [draft.as_json() for draft in agenda_of("solo", "en")]
        template, _new = AgendaTemplate.objects.get_or_create(
            owner=dataset.owner, title="Mine", defaults={"phases": phases}
        )
        values["template_id"] = template.public_id
    pattern = dict(our_urls())[name]
    needed = pattern.pattern.converters
    return reverse(name, kwargs={key: values[key] for key in needed})


@pytest.mark.parametrize("name", MATRIX)
def test_each_role_gets_what_the_matrix_says(name: str, cast: Cast) -> None:
    method, expected, _access = MATRIX[name]
    found = {}
    for role in ROLES:
        response = getattr(cast.clients[role], method)(path_of(name, cast))
        if response.status_code == 404:
            found[role] = HIDDEN
        elif response.status_code == 401:
            found[role] = NO_TOKEN
        elif response.status_code == 302 and "/accounts/login/" in response["Location"]:
            found[role] = LOGIN
        else:
            assert response.status_code in (200, 302, 503), response.status_code
            found[role] = OK
    assert found == expected


def test_a_participant_cannot_conclude_for_another(cast: Cast) -> None:
    path = path_of("experiments:experiment", cast)
    conclusion = {"analysis": "mine now", "decision": "keep"}
    for role in ("neighbour", "stranger", "facilitator"):
        assert cast.clients[role].post(path, conclusion).status_code == 404
    cast.experiment.refresh_from_db()
    assert cast.experiment.analysis == ""


def test_only_staff_open_dojos_where_the_setting_says_so(cast: Cast, settings) -> None:
    settings.DOJO_OPEN_TO = "staff"
    assert cast.clients["participant"].get("/dojos/new/").status_code == 404
    assert b"/datasets/" not in cast.clients["participant"].get("/").content
    facilitator = cast.dojo.seats.get(role="facilitator").people.get()
    facilitator.is_staff = True
    facilitator.save()
    assert cast.clients["facilitator"].get("/dojos/new/").status_code == 200
