"""Whether the disk has room for a month, asked before anything is fetched."""

from __future__ import annotations

import shutil
from pathlib import Path

from lakeside.errors import LimitExceeded
from lakeside.services import Services
from lakeside.sources.probe import SourceProbe


def require_room(services: Services, key: str, probe: SourceProbe) -> None:
    """Refuse a month that would leave less than `ingest.free_megabytes` on the disk of a folder lake.

    An object is about as large as its source, csv.gz or parquet; where the source tells no size only the
    bound itself has to be free. A bucket has room. What else fills the disk meanwhile ends the writing.

    Raises:
        LimitExceeded: the message says what is free and what is wanted.
    """
    path = services.lake.find_local_path(key)
    if path is None:
        return
    folder = next(parent for parent in path.parents if parent.is_dir())
    kept = int(services.settings.ingest.free_megabytes * 1e6)
    free, wanted = shutil.disk_usage(folder).free, probe.size_bytes or 0
    if kept and free < wanted + kept:
        raise LimitExceeded(
            f"{folder} has {free / 1e6:,.0f} MB free; {Path(key).name} takes about {wanted / 1e6:,.0f} MB, "
            f"and {kept / 1e6:,.0f} MB have to stay free.",
            "Make room, for example with `lakeside prune`, or lower LAKESIDE_INGEST__FREE_MEGABYTES.",
            limit="ingest.free_megabytes",
        )
