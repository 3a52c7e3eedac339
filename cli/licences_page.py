"""The page of licences: every pinned dependency, by what its own metadata says, and why it may be used.

    python -m cli.licences_page > docs/licences.md

What is distributed (requirements.txt) is judged, not the tools of tests. A licence that is in no allowed
family and has no reason here is an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lakeside.errors import LakesideError, SettingsError
from lakeside.settings import PROJECT_ROOT

# Permissive: they ask for notices, and nothing of who uses the package unchanged. SPDX names.
ALLOWED = frozenset(
    [
        *("MIT", "MIT-0", "MIT-CMU", "ISC", "Zlib", "0BSD", "CC0-1.0", "PSF-2.0", "CNRI-Python"),
        *("BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"),
    ]
)
# What metadata written before SPDX calls them.
OLD_NAMES = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_FILES = "The MPL-2.0 binds changes of its own files; it is used as it is published."
REASONS = {
    "certifi": _FILES,
    "pathspec": _FILES,
    "orjson": _FILES,
    "text-unidecode": "Of the Artistic License and the GPL, taken under the former, as it is published.",
}
# Pins for other systems or Pythons, which no image of ours installs; by their pages on PyPI.
ELSEWHERE = {"async-timeout": "Apache-2.0", "pywin32": "PSF-2.0", "whenever": "MIT"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


@dataclass(frozen=True, slots=True)
class Licence:
    """A pinned package, its licence as SPDX names it where that is known, and why it may be used."""

    package: str
    version: str
    name: str
    verdict: str


def read_pins(path: Path) -> dict[str, str]:
    """Package -> version of a file of pins; both where it depends on the system or the Python."""
    pins: dict[str, str] = {}
    for line in path.read_text().splitlines():
        if match := _PIN.match(line):
            pins[match[1]] = f"{pins[match[1]]} or {match[2]}" if match[1] in pins else match[2]
    return pins


def list_licences(path: Path) -> list[Licence]:
    """A line per pin, by name.

    Raises:
        SettingsError: a package is not installed, or its licence is not one that may be used.
    """
    return [_judge(package, version) for package, version in sorted(read_pins(path).items())]


def judge_name(package: str, name: str) -> str:
    """`allowed`, or why it may be used nevertheless.

    Raises:
        SettingsError: the licence is in no allowed family and no reason is known.
    """
    if package in REASONS:
        return REASONS[package]
    parts = [part.strip("() ") for part in re.split(r"\b(?:AND|OR|WITH)\b", name)]
    strange = [part for part in parts if part not in ALLOWED]
    if strange:
        raise SettingsError(
            f"{package} is under {name or 'no licence its metadata names'}, which is not allowed.",
            "Do without it, or give a reason in cli/licences_page.py.",
        )
    return "allowed"


def write_page(path: Path) -> Iterator[str]:
    """The lines of docs/licences.md."""
    licences = list_licences(path)
    yield "# Licences of dependencies"
    yield ""
    yield (
        "Lakeside is under the Apache License 2.0. What `requirements.txt` pins is listed with the licence "
        f"that its own metadata names. Allowed are permissive families: {', '.join(sorted(ALLOWED))}; "
        "anything else stands here with its reason, or `make licences`, which writes this page, fails. "
        "A test holds the page against the pins."
    )
    yield ""
    yield "| package | version | licence | why it may be used |"
    yield "|---|---|---|---|"
    for line in licences:
        yield f"| {line.package} | {line.version} | {line.name} | {line.verdict} |"


def _judge(package: str, version: str) -> Licence:
    name = _read_name(package)
    return Licence(package, version, name, judge_name(package, name))


def _read_name(package: str) -> str:
    if package in ELSEWHERE:
        return ELSEWHERE[package]
    try:
        found = metadata.metadata(package)
    except metadata.PackageNotFoundError as error:
        raise SettingsError(
            f"{package} is pinned and not installed.", "Install requirements.txt first (`make lint` does)."
        ) from error
    # Not by index: the backport of this module, where something imported it, raises KeyError then.
    if expressions := found.get_all("License-Expression"):
        return str(expressions[0])
    told = [
        line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or [] if line.startswith("License")
    ]
    names = told or "".join(found.get_all("License") or []).strip().splitlines()[:1]
    return " OR ".join(dict.fromkeys(_modernise(name) for name in names))


def _modernise(name: str) -> str:
    return " OR ".join(OLD_NAMES.get(part, part) for part in name.split(" OR "))


def main() -> int:
    """Write the page to stdout."""
    try:
        sys.stdout.write("\n".join(write_page(PROJECT_ROOT / "requirements.txt")) + "\n")
    except LakesideError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
