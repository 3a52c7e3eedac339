"""The tags and keys that tie a run to what it was started for. Imports no Prefect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

LAKESIDE = "lakeside"
_PLAN, _BY, _REQUEST = "plan:", "by:", "request:"
TOKEN_LENGTH = 16


def make_digest(*parts: Any) -> str:
    """A short digest of plain data, the same for the same data in every process."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def make_key(*parts: Any) -> str:
    """An idempotency key: the same parts give the same run, for ever."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def make_tags(started_by: str, plan_token: str = "", request: str = "") -> list[str]:
    """The tags of a run we start."""
    pairs = ((_BY, started_by), (_PLAN, plan_token[:TOKEN_LENGTH]), (_REQUEST, request))
    return [LAKESIDE, *(prefix + value for prefix, value in pairs if value)]


def request_tag(request: str) -> str:
    """The tag of every run of the same request."""
    return _REQUEST + request


def read_plan_token(tags: Iterable[str]) -> str:
    """The beginning of the plan's token, or nothing."""
    return _read(tags, _PLAN)


def read_started_by(tags: Iterable[str]) -> str:
    """Who started the run, or nothing."""
    return _read(tags, _BY)


def _read(tags: Iterable[str], prefix: str) -> str:
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), "")
