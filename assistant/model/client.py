"""The Messages API, through the `anthropic` SDK.

The SDK is imported when it is first used: it takes seconds, and most processes never
need it. Everything that can go wrong becomes a `CoachUnavailable` with a code, for which
`assistant.facts.wording` has a sentence; the rules then stand in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel, ValidationError

from assistant.model.breaker import Breaker
from assistant.model.pricing import Usage
from engine.spec.text import repaired, unstorable_path

if TYPE_CHECKING:
    import anthropic

Output = TypeVar("Output", bound=BaseModel)

breaker = Breaker()

RECIPIENTS = {
    "anthropic": "Anthropic",
    "bedrock": "Amazon Bedrock",
    "vertex": "Google Vertex AI",
}


class CoachUnavailable(Exception):
    """The language model did not answer.

    Args:
        code: why; see `assistant.facts.wording.UNAVAILABLE`.
        usage: what was spent nevertheless.
    """

    def __init__(self, code: str, usage: Usage | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.usage = usage or Usage()


@dataclass(frozen=True)
class Turn:
    """A turn of the participant (`user`) or the coach (`assistant`)."""

    role: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """A request, apart from how it is sent.

    Attributes:
        stable: parts of the system prompt that are the same from request to request, which
            the service caches.
        current: the part of the system prompt that changes.
        turns: the conversation, ending with the participant's turn.
    """

    stable: tuple[str, ...]
    turns: tuple[Turn, ...]
    current: str = ""
    max_tokens: int = 1500

    def characters(self) -> int:
        """Length of all that is sent."""
        texts = (*self.stable, self.current, *(turn.text for turn in self.turns))
        return sum(map(len, texts))


@dataclass(frozen=True)
class Reply(Generic[Output]):
    """A structured answer, what it took, and how often it was asked for."""

    output: Output
    usage: Usage
    tries: int = 1


def is_configured() -> bool:
    """Return whether a language model is configured."""
    # A server of one's own may want no key.
    return settings.ASSISTANT_PROVIDER != "anthropic" or bool(
        settings.ANTHROPIC_API_KEY or settings.ANTHROPIC_BASE_URL
    )


def recipient() -> str:
    """The company or host that receives the requests."""
    if settings.ASSISTANT_PROVIDER == "anthropic" and settings.ANTHROPIC_BASE_URL:
        return urlsplit(settings.ANTHROPIC_BASE_URL).hostname or "Anthropic"
    return RECIPIENTS[settings.ASSISTANT_PROVIDER]


def arguments_of(prompt: Prompt, model: str) -> dict[str, Any]:
    """The prompt as the SDK's arguments."""
    system: list[dict[str, Any]] = [{"type": "text", "text": text} for text in prompt.stable]
    system[-1]["cache_control"] = {"type": "ephemeral"}
    if prompt.current:
        system.append({"type": "text", "text": prompt.current})
    arguments: dict[str, Any] = {
        "model": model,
        "max_tokens": prompt.max_tokens,
        "system": system,
        "messages": [{"role": turn.role, "content": turn.text} for turn in prompt.turns],
    }
    if settings.ASSISTANT_EFFORT:
        arguments["output_config"] = {"effort": settings.ASSISTANT_EFFORT}
    return arguments


# --- Clients --------------------------------------------------------------------
CLASSES = {
    "anthropic": ("Anthropic", "AsyncAnthropic"),
    "bedrock": ("AnthropicBedrock", "AsyncAnthropicBedrock"),
    "vertex": ("AnthropicVertex", "AsyncAnthropicVertex"),
}


def _options() -> dict[str, Any]:
    options: dict[str, Any] = {
        "timeout": settings.ASSISTANT_TIMEOUT_SECONDS,
        "max_retries": settings.ASSISTANT_MAX_RETRIES,
    }
    if settings.ASSISTANT_PROVIDER == "anthropic":
        options["api_key"] = settings.ANTHROPIC_API_KEY or "none"
        if settings.ANTHROPIC_BASE_URL:
            options["base_url"] = settings.ANTHROPIC_BASE_URL
    return options


@lru_cache(maxsize=1)
def _client(options: tuple[tuple[str, Any], ...]) -> anthropic.Anthropic:
    import anthropic  # noqa: PLC0415 (takes seconds to import)

    name, _async_name = CLASSES[settings.ASSISTANT_PROVIDER]
    client: anthropic.Anthropic = getattr(anthropic, name)(**dict(options))
    return client


@lru_cache(maxsize=1)
def _async_client(options: tuple[tuple[str, Any], ...]) -> anthropic.AsyncAnthropic:
    import anthropic  # noqa: PLC0415 (takes seconds to import)

    _name, name = CLASSES[settings.ASSISTANT_PROVIDER]
    client: anthropic.AsyncAnthropic = getattr(anthropic, name)(**dict(options))
    return client


def _kept_client(make: Callable[[tuple[tuple[str, Any], ...]], Any]) -> Any:
    """The process's own client, for its pool of connections; another one after a setting
    was changed."""
    return make(tuple(sorted(_options().items())))


def _ready_async_client() -> anthropic.AsyncAnthropic:
    """The process's own, all that it needs imported: seconds, for which no loop should wait."""
    client: anthropic.AsyncAnthropic = _kept_client(_async_client)
    return client


# --- Failures -------------------------------------------------------------------
def _code_of(error: Exception) -> str:
    """Why it failed, in our words."""
    import anthropic  # noqa: PLC0415 (takes seconds to import)

    if isinstance(error, anthropic.APITimeoutError):
        return "timeout"
    if isinstance(error, anthropic.RateLimitError):
        return "rate_limited"
    if isinstance(error, anthropic.OverloadedError):
        return "overloaded"
    if isinstance(error, anthropic.AuthenticationError | anthropic.PermissionDeniedError):
        return "bad_key"
    if isinstance(error, anthropic.ContentTooLargeError):
        return "too_long"
    if isinstance(error, anthropic.BadRequestError):
        return "too_long" if "too long" in str(error).lower() else "bad_request"
    if isinstance(error, anthropic.APIResponseValidationError):
        return "broken_reply"
    # In the middle of a stream, whose status was fine.
    return _CODES_WITHIN.get(_kind_within(getattr(error, "body", None)), "unreachable")


_CODES_WITHIN = {"overloaded_error": "overloaded", "rate_limit_error": "rate_limited"}


def _kind_within(body: object) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else ""


# A wrong key or a prompt that is too long says nothing of the next call's chances.
_SERVICE_IS_DOWN = {"timeout", "rate_limited", "overloaded", "unreachable"}


def _unavailable(error: Exception, usage: Usage | None = None) -> CoachUnavailable:
    code = _code_of(error)
    if code in _SERVICE_IS_DOWN:
        breaker.note_failure()
    return CoachUnavailable(code, usage)


def _refuse_if_off() -> None:
    if not is_configured():
        raise CoachUnavailable("no_key")
    if not breaker.allows_call():
        raise CoachUnavailable("resting")


def _usage_of(message: Any) -> Usage:
    spent = message.usage
    return Usage(
        input_tokens=spent.input_tokens or 0,
        output_tokens=spent.output_tokens or 0,
        cache_write_tokens=spent.cache_creation_input_tokens or 0,
        cache_read_tokens=spent.cache_read_input_tokens or 0,
    )


# --- Asking ---------------------------------------------------------------------
def ask(
    prompt: Prompt, output: type[Output], *, client: anthropic.Anthropic | None = None
) -> Reply[Output]:
    """A structured answer; one that breaks the type is asked for once more.

    Args:
        client: asked in place of the configured service.

    Raises:
        CoachUnavailable: there is none; its `usage` is what was spent.
    """
    if client is None:
        _refuse_if_off()
        client = _kept_client(_client)
    spent, failure = Usage(), ""
    for tries in (1, 2):
        answer, usage, failure = _ask_once(client, prompt, output, spent)
        spent = add(spent, usage)
        if answer is not None:
            return Reply(answer, spent, tries)
        prompt = _once_more(prompt, output, failure)
    raise CoachUnavailable(failure, spent)


def _once_more(prompt: Prompt, output: type[Output], failure: str) -> Prompt:
    """The request that may succeed where the first one failed."""
    if failure == "cut_off":
        # With the same limit it would be cut again.
        return replace(prompt, max_tokens=2 * prompt.max_tokens)
    # Some servers pass the type of an answer on to no model: then it is told in words.
    schema = json.dumps(output.model_json_schema(), separators=(",", ":"))
    *before, last = prompt.turns
    told = f"{last.text}\n\nAnswer with JSON alone, of this schema: {schema}"
    return replace(prompt, turns=(*before, replace(last, text=told)))


def _ask_once(
    client: anthropic.Anthropic, prompt: Prompt, output: type[Output], spent: Usage
) -> tuple[Output | None, Usage, str]:
    """The answer, or None where it breaks the type; what it took; and what is wrong with it."""
    import anthropic  # noqa: PLC0415 (takes seconds to import)

    arguments = arguments_of(prompt, settings.ASSISTANT_FEEDBACK_MODEL)
    schema = {"type": "json_schema", "schema": anthropic.transform_schema(output)}
    arguments["output_config"] = {**arguments.get("output_config", {}), "format": schema}
    try:
        message = client.messages.create(**arguments)
    except anthropic.AnthropicError as error:
        raise _unavailable(error, spent) from error
    except (JSONDecodeError, ConnectionError, TimeoutError) as error:
        raise _no_answer(spent) from error
    if not isinstance(message, anthropic.types.Message) or not isinstance(message.content, list):
        # A gateway's page in place of the service's answer.
        raise _no_answer(spent)
    breaker.note_success()
    usage = _usage_of(message) if message.usage else upper_bound(prompt)
    if message.stop_reason == "refusal":
        raise CoachUnavailable("refused", add(spent, usage))
    if message.stop_reason == "max_tokens":
        return None, usage, "cut_off"
    found = _parsed("".join(getattr(part, "text", "") or "" for part in message.content), output)
    return found, usage, "broken_reply"


def _no_answer(spent: Usage) -> CoachUnavailable:
    breaker.note_failure()
    return CoachUnavailable("unreachable", spent)


def _parsed(text: str, output: type[Output]) -> Output | None:
    """The reply as its type; models of one's own like to put a fence or a greeting around it."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = output.model_validate_json(text[start : end + 1] if start >= 0 else text)
    except ValidationError:
        return None
    return None if unstorable_path(found.model_dump()) is not None else found


def upper_bound(prompt: Prompt) -> Usage:
    """What a request can have cost at most, where nobody says what it did: a token is
    seldom shorter than three characters of French or English."""
    return Usage(input_tokens=prompt.characters() // 3, output_tokens=prompt.max_tokens)


def add(first: Usage, second: Usage) -> Usage:
    """Both together."""
    return Usage(
        first.input_tokens + second.input_tokens,
        first.output_tokens + second.output_tokens,
        first.cache_write_tokens + second.cache_write_tokens,
        first.cache_read_tokens + second.cache_read_tokens,
    )


@dataclass
class Stream:
    """An answer as it is written; `usage` holds once it has ended, however it did."""

    prompt: Prompt
    usage: Usage = field(default_factory=Usage)

    async def words(self) -> AsyncIterator[str]:
        """The text, in pieces as they come.

        Raises:
            CoachUnavailable: at once, or after some pieces where the stream broke.
        """
        _refuse_if_off()
        client = await asyncio.to_thread(_ready_async_client)
        import anthropic  # noqa: PLC0415 (it is imported by now)

        arguments = arguments_of(self.prompt, settings.ASSISTANT_MODEL)
        self.usage = upper_bound(self.prompt)
        try:
            async with client.messages.stream(**arguments) as stream:
                async for text in stream.text_stream:
                    yield repaired(text)
                message = await stream.get_final_message()
        except anthropic.AnthropicError as error:
            raise _unavailable(error, self.usage) from error
        except Exception as error:
            # Whatever the service sends instead of events, or in the middle of them.
            breaker.note_failure()
            raise CoachUnavailable("broken_stream", self.usage) from error
        if getattr(message, "stop_reason", None) is None:
            # The connection closed as if all had been said.
            breaker.note_failure()
            raise CoachUnavailable("broken_stream", self.usage)
        breaker.note_success()
        self.usage = _usage_of(message)
        if message.stop_reason == "refusal":
            raise CoachUnavailable("refused", self.usage)
        if message.stop_reason == "max_tokens":
            raise CoachUnavailable("cut_off", self.usage)
