"""Reading an object in a process that may die, where the lake was opened so.

What a reading function takes and gives goes through `lakeside.apart.codec`: plain values, Arrow's, and
frozen records. In the reader the same function runs on a lake of its own that reads in its process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from lakeside.apart.pool import ReaderPool
from lakeside.google_access import GoogleAccess
from lakeside.lake.errors import translated
from lakeside.lake.storage import Kind, Location, Storage
from lakeside.settings import BucketSettings, LimitSettings, RetentionSettings

if TYPE_CHECKING:
    from lakeside.lake.lake import Lake

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", str, Sequence[str])

_RUN = "lakeside.lake.apart:run_in_reader"


@dataclass(frozen=True, slots=True)
class Place:
    """What a reader needs to open the same lake."""

    url: str
    emulator_host: str | None
    token: str | None = field(
        default=None, kw_only=True, repr=False
    )  # of a login of its own; good for an hour
    limits: LimitSettings
    kept: RetentionSettings
    bounds: BucketSettings


def read_apart(
    function: Callable[Concatenate[Lake, K, P], T],
) -> Callable[Concatenate[Lake, K, P], T]:
    """Run `function(lake, key, ...)`, or a method of Lake, in a reader when the lake has readers.

    Several keys may stand in the key's place.

    Decorate whatever lets Arrow or DuckDB parse an object that may be a stranger's.
    """

    @wraps(function)
    def run(lake: Lake, key: K, /, *arguments: P.args, **named: P.kwargs) -> T:
        if lake.readers is None:
            return function(lake, key, *arguments, **named)
        job = f"{function.__module__}:{function.__qualname__}"
        keys = [key] if isinstance(key, str) else list(key)
        subject = ", ".join(lake.url_of(one) for one in keys[:3])
        call = (job, find_place(lake), key, arguments, named)
        answer: T = lake.readers.run(_RUN, subject, *call, modules=[function.__module__])
        return answer

    return cast("Callable[Concatenate[Lake, K, P], T]", run)


def find_place(lake: Lake) -> Place:
    """Where a reader finds this lake, with a login that is good for an hour."""
    with translated(lake.url):
        return replace(lake.place, token=lake.access.read_token())


def run_in_reader(job: str, place: Place, key: str, arguments: Any, named: Any) -> Any:
    """The other side of `read_apart`: the same function on a lake that reads here."""
    module, _, name = job.partition(":")
    function: Any = import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    return function(open_lake(place), key, *arguments, **named)


@lru_cache(maxsize=4)
def open_lake(place: Place) -> Lake:
    """The lake at a place, read in this process."""
    from lakeside.lake.lake import Lake

    access = GoogleAccess.of_token(place.emulator_host, place.token)
    storage = Storage(Location.parse(place.url), access, place.kept, bounds=place.bounds)
    return Lake(storage, place.limits, place.kept)


def choose_readers(pool: ReaderPool | None, storage: Storage) -> ReaderPool | None:
    """The pool, unless the lake lies in this process's memory, where no other can read it."""
    return None if storage.kind is Kind.MEMORY else pool
