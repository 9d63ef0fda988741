"""A local server that speaks the Messages API, for tests through the real SDK.

Each test queues what the server does next: an answer, an error, a stream that breaks.
It keeps the requests that it got.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {
    "input_tokens": 100,
    "output_tokens": 20,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 900,
}


@dataclass
class Act:
    """What the server does with one request.

    Attributes:
        text: of the answer; a stream sends it word by word.
        status: of an error, with its type.
        breaks_after: words after which a stream breaks off.
        fails_after: words after which a stream tells of an error.
        content_type: of a raw body.
        pause: seconds between words, or before an answer.
        raw: sent as the body, whatever it is.
        meets: waits here for other requests before it answers.
    """

    text: str = ""
    status: int = 200
    error: str = ""
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    stop_reason: str = "end_turn"
    breaks_after: int | None = None
    fails_after: int | None = None
    content_type: str = "application/json"
    pause: float = 0.0
    raw: bytes | None = None
    meets: threading.Barrier | None = None


class AnthropicServer:
    """Serves on loopback from a thread of its own until it is closed."""

    def __init__(self) -> None:
        self.acts: deque[Act] = deque()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        # What it does where nothing is queued: asked in words, or for a structured answer.
        self.default = Act("Which column would tell you that?")
        self.structured: Act | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(length))
                server.requests.append(request)
                server.headers.append({k.lower(): v for k, v in self.headers.items()})
                act = server.next_act(request)
                try:
                    _answer(self, request, act)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *arguments: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def will(self, *acts: Act) -> None:
        self.acts.extend(acts)

    def next_act(self, request: dict[str, Any]) -> Act:
        if self.acts:
            return self.acts.popleft()
        is_structured = "format" in request.get("output_config", {})
        return (self.structured if is_structured else None) or self.default

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _answer(handler: BaseHTTPRequestHandler, request: dict[str, Any], act: Act) -> None:
    if act.meets is not None:
        act.meets.wait()
    if act.raw is not None:
        _send(handler, act.status, act.raw, {"Content-Type": act.content_type})
    elif act.status != 200:
        error = {"type": act.error, "message": act.message or act.error}
        _send(handler, act.status, {"type": "error", "error": error}, act.headers)
    elif request.get("stream"):
        _stream(handler, request, act)
    else:
        time.sleep(act.pause)
        _send(handler, 200, _message(request, act, [{"type": "text", "text": act.text}]))


def _message(request: dict[str, Any], act: Act, content: list[Any]) -> dict[str, Any]:
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": act.stop_reason,
        "stop_sequence": None,
        "usage": USAGE,
    }


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def _stream(handler: BaseHTTPRequestHandler, request: dict[str, Any], act: Act) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for number, event in enumerate(_events(request, act)):
        if act.breaks_after is not None and number > act.breaks_after + 1:
            handler.connection.close()
            return
        if act.fails_after is not None and number > act.fails_after + 1:
            error = {"type": "error", "error": {"type": "overloaded_error", "message": "full"}}
            event = error
        handler.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        handler.wfile.flush()
        if event["type"] == "error":
            return
        time.sleep(act.pause)


def _events(request: dict[str, Any], act: Act) -> Iterator[dict[str, Any]]:
    start = _message(request, act, []) | {"stop_reason": None}
    yield {"type": "message_start", "message": start | {"usage": USAGE | {"output_tokens": 1}}}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    words = act.text.split(" ")
    for place, word in enumerate(words):
        text = word if place == len(words) - 1 else f"{word} "
        yield {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": text},
        }
    yield {"type": "content_block_stop", "index": 0}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": act.stop_reason, "stop_sequence": None},
        "usage": {"output_tokens": USAGE["output_tokens"]},
    }
    yield {"type": "message_stop"}
