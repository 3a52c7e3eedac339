"""What lies below a prefix: folders, objects, and what each object is, with the footers' row counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.errors import BadFile, LakesideError
from lakeside.lake.find import (
    Folder,
    RowCounts,
    Sort,
    Wanted,
    as_folder,
    gather_folders,
    narrow,
    sort_folders,
    sort_objects,
)
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject


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
    """Folders directly below `prefix`, and the first objects below it in the order wanted, at any depth.

    `objects_listed` is how many there are, `objects_found` how many of them fit the words; `listing_cut`
    says that there are more than the lake's limit of listed objects, so that these and the folders'
    figures are lower bounds. `counts` says what an order by rows was made from.
    """

    prefix: str
    folders: Sequence[Folder]
    objects: Sequence[ObjectFacts]
    objects_listed: int
    objects_found: int
    listing_cut: bool
    listed_at: datetime
    counts: RowCounts

    @property
    def truncated(self) -> bool:
        """Whether there are objects that are not shown."""
        return self.listing_cut or len(self.objects) < self.objects_found


def browse(lake: Lake, prefix: str, limit: int, wanted: Wanted | None = None) -> Browse:
    """What lies below a prefix; the footers of the first `limit` objects are read, several at once.

    A prefix that only a folder answers to means that folder: `data/green` is `data/green/`, unless
    `data/greenish/` is there too. An order by rows reads footers within `limits.counted_footers` and
    `limits.counting_seconds`.

    Raises:
        SettingsError: the prefix climbs out of the lake or is no name.
    """
    wanted = wanted or Wanted()
    listing = lake.list_objects(prefix)
    prefix = as_folder(prefix, listing.objects)
    found = narrow(listing.objects, wanted.words)
    counts = lake.count_rows(found) if wanted.sort is Sort.ROWS else RowCounts()
    facts = describe_objects(lake, sort_objects(found, wanted, counts)[:limit])
    return Browse(
        prefix=prefix,
        folders=sort_folders(gather_folders(prefix, found), wanted),
        objects=facts,
        objects_listed=len(listing.objects),
        objects_found=len(found),
        listing_cut=listing.truncated,
        listed_at=listing.listed_at,
        counts=counts,
    )


def describe_object(lake: Lake, key: str) -> ObjectFacts:
    """What one object is; the first bytes tell where it has no footer.

    Raises:
        NotFound, AccessDenied, BackendUnavailable: nothing can be told of it.
    """
    found = lake.get_object(key)
    try:
        return ObjectFacts(found, "parquet", lake.read_footer(key))
    except BadFile as error:
        content = lake.name_contents([found])[key]
        if isinstance(content, LakesideError):
            raise content from error
        return ObjectFacts(found, content, None, error.message)


def describe_objects(lake: Lake, objects: Sequence[LakeObject]) -> list[ObjectFacts]:
    """What each object is: its footer when it is parquet, whatever its name; first bytes otherwise."""
    promised = [o for o in objects if o.key.endswith(".parquet")]
    present = {found.key: (found, answer) for found, answer in lake.read_present(promised)}
    objects = [present[o.key][0] if o.key in present else o for o in objects]
    answers = {key: answer for key, (_, answer) in present.items()}
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
