"""Look for new examples for as long as one likes: `make fuzz ARGS="sql --seconds 600"`.

One example of each kind of failure is printed, the shortest that was met. `--engine atheris` lets what is run
of Lakeside and sqlglot steer the search; it fuzzes one target and ends at the first finding.
atheris is not among the pins (a wheel of 37 MB, for Linux on x86-64 only): `uv pip install atheris==3.0.0`
puts it into an environment of Python 3.11.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

os.environ.setdefault("HYPOTHESIS_PROFILE", "explore")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz one target, or all.")
    parser.add_argument("targets", nargs="*", help="names of targets; all where none is named")
    parser.add_argument("--seconds", type=float, default=60, help="how long each target is fuzzed")
    parser.add_argument("--engine", choices=["hypothesis", "atheris"], default="hypothesis")
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    if chosen.engine == "atheris":
        return _run_atheris(chosen.targets, chosen.seconds)
    from tests.fuzz.targets import TARGETS

    failed = 0
    for name in chosen.targets or TARGETS:
        with tempfile.TemporaryDirectory(prefix="lakeside-fuzz-") as folder:
            failed += not _run_hypothesis(name, Path(folder), chosen.seconds)
    return 1 if failed else 0


def _run_hypothesis(name: str, folder: Path, seconds: float) -> bool:
    """Try examples until the time is over; one of each kind of failure is shown, the shortest met."""
    from hypothesis import HealthCheck, Phase, given, settings

    from tests.fuzz.targets import TARGETS

    target, started, tried = TARGETS[name], time.monotonic(), 0
    found: dict[str, tuple[object, BaseException]] = {}
    with target.open(folder) as attempt:

        @settings(
            max_examples=200,
            deadline=None,
            phases=[Phase.generate],
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(target.examples)
        def run(example: object) -> None:
            nonlocal tried
            if time.monotonic() - started > seconds:
                return
            tried += 1
            try:
                attempt(example)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                sign = _sign(error)
                if sign not in found or len(str(example)) < len(str(found[sign][0])):
                    found[sign] = (example, error)

        while time.monotonic() - started < seconds:
            run()
    for example, error in found.values():
        print(f"--- {example!r}\n{''.join(traceback.format_exception(error)[-12:])}", flush=True)
    elapsed = time.monotonic() - started
    print(f"{name}: {tried:,} executions in {elapsed:.0f} s, {len(found)} found", flush=True)
    return not found


def _sign(error: BaseException) -> str:
    """What tells one finding from another: where it was raised, and why."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    cause = error.__cause__
    return f"{type(error).__name__} {last.filename}:{last.lineno} {_sign(cause) if cause else ''}"


def _run_atheris(names: list[str], seconds: float) -> int:
    import atheris

    with atheris.instrument_imports(include=["lakeside", "sqlglot"]):
        from tests.fuzz.targets import TARGETS
    from hypothesis import HealthCheck, given, settings

    name = names[0] if names else next(iter(TARGETS))
    folder = tempfile.TemporaryDirectory(prefix="lakeside-fuzz-")
    attempt = TARGETS[name].open(Path(folder.name)).__enter__()

    @settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(TARGETS[name].examples)
    def run(example: object) -> None:
        attempt(example)

    arguments = [sys.argv[0], f"-max_total_time={int(seconds)}", "-max_len=4096", "-rss_limit_mb=6000"]
    atheris.Setup(arguments, run.hypothesis.fuzz_one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
