"""What lies below a prefix: folders, objects, and what each object is, with the footers' row counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.errors import BadFile, LakesideError
from lakeside.lake.keys import check_key
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject


@dataclass(frozen=True, slots=True)
class Folder:
    """A prefix that ends with `/`, with all that was listed below it, however deep."""

    prefix: str
    objects: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """An object and what its bytes say it is.

    `content` is `parquet` when a footer was read, else a word for what its first bytes are. `fault` says
    in a sentence why there is no footer although the name or the first bytes promise one, or why the
    object could not be read at all (`content` is `unread` then).
    """

    object: LakeObject
    content: str
    footer: Footer | None = None
    fault: str | None = None

    @property
    def source(self) -> str | None:
        """Which source the object was made from; None on foreign and broken objects."""
        return self.footer.provenance.source if self.footer and self.footer.provenance else None


@dataclass(frozen=True, slots=True)
class Browse:
    """Folders directly below `prefix`, and the first objects below it by key, at any depth.

    `objects_listed` is how many there are; `listing_cut` that there are more than the lake's limit of
    listed objects, so that it and the folders' figures are lower bounds.
    """

    prefix: str
    folders: Sequence[Folder]
    objects: Sequence[ObjectFacts]
    objects_listed: int
    listing_cut: bool
    listed_at: datetime

    @property
    def truncated(self) -> bool:
        """Whether there are objects that are not shown."""
        return self.listing_cut or len(self.objects) < self.objects_listed


def browse(lake: Lake, prefix: str, limit: int) -> Browse:
    """What lies below a prefix; the footers of the first `limit` objects are read, several at once.

    A prefix that only a folder answers to means that folder: `data/green` is `data/green/`, unless
    `data/greenish/` is there too.

    Raises:
        SettingsError: the prefix climbs out of the lake or is no name.
    """
    folder = prefix.rpartition("/")[0]
    if folder or prefix.startswith("/"):
        check_key(folder)
    listing = lake.list_objects(prefix)
    objects = listing.objects
    if objects and not prefix.endswith("/") and all(o.key.startswith(f"{prefix}/") for o in objects):
        prefix = f"{prefix}/" if prefix else ""
    facts = describe_objects(lake, objects[:limit])
    folders = _gather_folders(prefix, objects)
    return Browse(prefix, folders, facts, len(objects), listing.truncated, listing.listed_at)


def describe_objects(lake: Lake, objects: Sequence[LakeObject]) -> list[ObjectFacts]:
    """What each object is: its footer when it is parquet, whatever its name; first bytes otherwise."""
    promised = [o for o in objects if o.key.endswith(".parquet")]
    answers: dict[str, Footer | LakesideError] = lake.read_footers(promised)
    faulty = [o for o in objects if not isinstance(answers.get(o.key), Footer)]
    contents = lake.name_contents([o for o in faulty if isinstance(answers.get(o.key), BadFile | None)])
    disguised = [o for o in faulty if o.key not in answers and contents.get(o.key) == "parquet"]
    answers |= lake.read_footers(disguised)
    return [_join(o, answers.get(o.key), contents.get(o.key)) for o in objects]


def _join(
    found: LakeObject, answer: Footer | LakesideError | None, content: str | LakesideError | None
) -> ObjectFacts:
    if isinstance(answer, Footer):
        return ObjectFacts(found, "parquet", answer)
    if isinstance(content, str):
        return ObjectFacts(found, content, None, answer.message if answer else None)
    error = content or answer
    return ObjectFacts(found, "unread", None, error.message if error else None)


def _gather_folders(prefix: str, objects: Iterable[LakeObject]) -> list[Folder]:
    start = prefix.rfind("/") + 1
    figures: dict[str, tuple[int, int]] = {}
    for found in objects:
        end = found.key.find("/", start)
        if end >= 0:
            count, size = figures.get(found.key[: end + 1], (0, 0))
            figures[found.key[: end + 1]] = (count + 1, size + found.size_bytes)
    return [Folder(name, count, size) for name, (count, size) in sorted(figures.items())]
