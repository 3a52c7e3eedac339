"""A TCP proxy before a server, which can be slow or gone: what a bad network or a busy server looks like.

with serve_proxy(port) as proxy:
    proxy.url                    # http://127.0.0.1:PORT
    proxy.delay_seconds = 2.0    # before each piece of an answer
    proxy.is_away = True         # connections are closed, those that are open too
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE_BYTES = 1 << 16
_LOOK_SECONDS = 0.1


@dataclass
class Proxy:
    """A running proxy: its address, and what is wrong with it now."""

    url: str
    target_port: int
    delay_seconds: float = 0.0
    is_away: bool = False
    is_closing: bool = field(default=False, repr=False)

    def wait(self) -> None:
        """The delay, which ends early when it is taken back."""
        began = time.monotonic()
        while not self.is_closing and time.monotonic() - began < self.delay_seconds:
            time.sleep(min(_LOOK_SECONDS, self.delay_seconds))

    @property
    def is_broken(self) -> bool:
        """Are connections to be closed."""
        return self.is_away or self.is_closing


@contextmanager
def serve_proxy(target_port: int) -> Iterator[Proxy]:
    """A proxy on a free port of 127.0.0.1 until the block ends; nobody needs to listen behind it yet."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(f"http://127.0.0.1:{listener.getsockname()[1]}", target_port)
        listener.settimeout(_LOOK_SECONDS)
        thread = threading.Thread(target=_accept, args=(listener, proxy), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.is_closing = True
            thread.join()


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    while not proxy.is_closing:
        with suppress(TimeoutError):
            client, _ = listener.accept()
            threading.Thread(target=_carry, args=(client, proxy), daemon=True).start()


def _carry(client: socket.socket, proxy: Proxy) -> None:
    with client, suppress(OSError):
        if proxy.is_broken:
            return
        with socket.create_connection(("127.0.0.1", proxy.target_port)) as server:
            back = threading.Thread(target=_pump, args=(server, client, proxy, True), daemon=True)
            back.start()
            _pump(client, server, proxy, False)
            back.join()


def _pump(source: socket.socket, sink: socket.socket, proxy: Proxy, is_answer: bool) -> None:
    """Carry bytes one way until either side ends or the proxy is broken."""
    source.settimeout(_LOOK_SECONDS)
    with suppress(OSError):
        while not proxy.is_broken:
            try:
                piece = source.recv(_PIECE_BYTES)
            except TimeoutError:
                continue
            if not piece:
                break
            if is_answer:
                proxy.wait()
            sink.sendall(piece)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
