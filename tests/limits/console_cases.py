"""What browsers may ask of the console, at the guard that stands before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from lakeside.settings import ConsoleSettings
from tests.limits.world import World, meets
from ui.serving.bounds import Sessions, require_short
from ui.serving.guard import Guard, Names

PAGE = {"accept": "text/html,*/*"}
SECONDS = 60


async def _look(request: Request) -> PlainTextResponse:
    return PlainTextResponse("a page")


async def _stay(socket: WebSocket) -> None:
    await socket.accept()
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        return


@contextmanager
def serve(settings: ConsoleSettings) -> Iterator[str]:
    """Something to look at and a websocket, behind the console's own guard; `127.0.0.1:port`."""
    behind = Starlette(routes=[WebSocketRoute("/stream", _stay), Route("/{path:path}", _look)])
    guard = Guard(behind, Names(), {"x-guarded": "yes"}, settings)
    server = uvicorn.Server(uvicorn.Config(guard, "127.0.0.1", 0, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(SECONDS)


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def open_page(place: str) -> ClientConnection:
    return connect(f"ws://{place}/stream", open_timeout=SECONDS)


def get(place: str, path: str) -> httpx.Response:
    return httpx.get(f"http://{place}{path}", headers=PAGE, timeout=SECONDS)


@meets("console.sessions")
def meet_sessions(world: World) -> None:
    """A third page is told why, in words where a person reads them; what is no page is answered still."""
    settings = world.open({"console.sessions": 2}).settings.console
    with serve(settings) as place, open_page(place):
        with open_page(place):
            with pytest.raises(InvalidStatus) as refused:
                open_page(place)
            assert refused.value.response.status_code == 503
            assert b"LAKESIDE_CONSOLE__SESSIONS" in refused.value.response.body
            answer = get(place, "/lake")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
            assert "LAKESIDE_CONSOLE__SESSIONS" in answer.text
            assert answer.headers["x-guarded"] == "yes"
            assert httpx.get(f"http://{place}/_stcore/health").text == "a page"
        wait_for(lambda: get(place, "/lake").status_code == 200)  # seen a moment later
        open_page(place).close()
    full = Sessions(settings.sessions)
    with full.enter(), full.enter(), full.enter():
        raise AssertionError("a third page was opened")


@meets("console.link_characters")
def meet_link_characters(world: World) -> None:
    settings = world.open({"console.link_characters": 2_000}).settings.console
    with serve(settings) as place:
        assert get(place, f"/lake?where={'x' * 1_900}").status_code == 200
        for path in (f"/lake?where={'x' * 2_000}", f"/{'x' * 2_000}", f"/lake?where={'é' * 400}"):
            answer = get(place, path)
            assert answer.status_code == 414
            assert "LAKESIDE_CONSOLE__LINK_CHARACTERS" in answer.text
    require_short(2_001, settings.link_characters)
