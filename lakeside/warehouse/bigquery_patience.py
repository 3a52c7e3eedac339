"""How long a call of BigQuery is waited for and tried again, whatever way of Google's client it goes."""

from __future__ import annotations

import math
from typing import Any

import requests
from google.api_core.retry import Retry
from google.cloud.bigquery.retry import DEFAULT_RETRY
from requests.adapters import HTTPAdapter

# `jobs.getQueryResults` holds its answer back for as long while the job works (reference, `timeoutMs`).
HELD_SECONDS = 10.0


def bounded(seconds: float) -> Retry:
    """Google's own retry, given up after that many seconds (its default is ten minutes)."""
    return DEFAULT_RETRY.with_timeout(seconds)


def count_further_tries(seconds: float) -> int:
    """Further tries of an upload, which knows no bound in seconds: pauses of 1, 2, 4 … s add up to no more.

    Google's own default is six, a minute of pauses.
    """
    return int(math.log2(seconds + 1))


class BoundedAdapter(HTTPAdapter):
    """A connection on which no answer is waited for longer than so many seconds.

    The client's own `timeout` is that of a whole job where it starts one, polls it or uploads a file:
    a service that takes the request and says nothing would be waited for as long, and asked again.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """As of `requests`."""
        seconds = self._seconds + (HELD_SECONDS if "/queries/" in (request.url or "") else 0)
        told = named.get("timeout")
        named["timeout"] = min(told, seconds) if isinstance(told, int | float) else seconds
        return super().send(request, *arguments, **named)
