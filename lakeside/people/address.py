"""Where a request came from, when proxies stand in front."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


def find_client_address(peer: str, forwarded: Sequence[str], trusted_proxies: int) -> str:
    """The address that the outermost trusted proxy saw; the connection's where none is trusted.

    Each proxy adds who connected to it at the end of X-Forwarded-For, so only that many entries from the
    end are true; what stands before them anybody can send.

    Args:
        peer: the address of the connection itself.
        forwarded: the values of the header X-Forwarded-For, in their order.
        trusted_proxies: how many proxies of ours stand in front.
    """
    entries = [entry.strip() for value in forwarded for entry in value.split(",")]
    if not trusted_proxies or len(entries) < trusted_proxies:
        return peer
    return _parse(entries[-trusted_proxies]) or peer


def _parse(entry: str) -> str | None:
    """An entry's address without its port; None where it is none."""
    text = entry
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
