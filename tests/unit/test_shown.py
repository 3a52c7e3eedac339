"""What text may be shown: no secret of a URL, nothing invisible, no formula."""

from __future__ import annotations

import ast
import subprocess
import time

import pytest

from lakeside.errors import BackendUnavailable, LakesideError
from lakeside.shown import escape_unseen, guard_formula, hide_secrets, quote_shell, show_unseen


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:word@host/a.csv?sig=abc&x=1 is gone", "https://…@host/a.csv?sig=…&x=… is gone"),
        ("see (https://host/?token), please", "see (https://host/?…), please"),
        ("HTTPS://A:B@host/?X=1.", "HTTPS://…@host/?X=…."),
        ("http://a:b@c:d@host:80/", "http://…@host:80/"),
        ("postgresql+asyncpg://me:word@host/db", "postgresql+asyncpg://…@host/db"),
        ("http://a/?x=1,http://b/?y=2", "http://a/?x=…"),
        ("http://host/?sig=abc#part", "http://host/?sig=…#part"),
        ("'http://me:w@host' <https://host?k=v>", "'http://…@host' <https://host?k=…>"),
        # Nothing secret: left as it is.
        ("sample://green/2024-01?rows=2000", "sample://green/2024-01?rows=2000"),
        ("gs://bucket/a@b/c?d=e", "gs://bucket/a@b/c?d=e"),
        ("write to me@host or look at https://host/@me", "write to me@host or look at https://host/@me"),
        ("https://host/what?", "https://host/what?"),
        ("is 1 = 2? a=b", "is 1 = 2? a=b"),
    ],
)
def test_urls_are_shown_without_their_secrets(text: str, shown: str) -> None:
    assert hide_secrets(text) == shown
    assert hide_secrets(shown) == shown


def test_an_error_never_carries_the_secret_of_a_url() -> None:
    error = BackendUnavailable("https://me:word@host/?sig=abc does not answer.", "Check ftp://me:word@host.")
    for words in (str(error), repr(error), error.message, error.hint, str(error.as_dict()), str(error.args)):
        assert "word" not in words
        assert "abc" not in words
    kind, fields = error.__reduce__()
    assert str(kind(*fields)) == str(error)
    assert isinstance(error, LakesideError)


@pytest.mark.parametrize("piece", ["a", "a://", "http://", "://x", "://@", "http://x?a=b&", "?", "@"])
def test_a_long_text_of_a_stranger_takes_no_long_time(piece: str) -> None:
    """Linear: a hundred times the text does not take thousands of times as long (it took minutes once)."""

    def measure(times: int) -> float:
        began = time.process_time()
        hide_secrets("http://" + piece * times)
        return time.process_time() - began

    assert measure(100_000) < 1_000 * (min(measure(1_000) for _ in range(3)) + 0.001)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("report\u202efdp.exe", "report⟨U+202E⟩fdp.exe"),
        ("\x1b[31mred\x07\x00", "⟨U+001B⟩[31mred⟨U+0007⟩⟨U+0000⟩"),
        ("a\u200bb\ufeffc\u2066d\U000e0041", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2066⟩d⟨U+E0041⟩"),
        ("naïve 🚕 👨‍👩‍👧 می‌خواهم\ttab\nline", "naïve 🚕 👨‍👩‍👧 می‌خواهم\ttab\nline"),
    ],
)
def test_what_nobody_sees_is_shown(text: str, shown: str) -> None:
    assert show_unseen(text) == shown


UNSEEN_WORDS = [
    "report\u202efdp.exe",
    "it's\u200b \\ a\u2028line",
    "\x1b[31m\x07\x00x",
    "tag\U000e0041 $HOME `ls`",
]


@pytest.mark.parametrize("words", UNSEEN_WORDS)
def test_code_says_the_same_without_what_nobody_sees(words: str) -> None:
    for quoted in ("'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'", repr(words)):
        written = escape_unseen(quoted)
        assert ast.literal_eval(written) == words
        assert show_unseen(written) == written


@pytest.mark.parametrize("words", [*UNSEEN_WORDS[:2], UNSEEN_WORDS[3], "plain", "two words"])
def test_a_word_of_a_shell_stays_the_word(words: str) -> None:
    written = quote_shell(words)
    assert show_unseen(written) == written
    told = subprocess.run(["bash", "-c", f"printf %s {written}"], capture_output=True, check=True).stdout
    assert told.decode() == words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_spreadsheet_runs_what_begins_like_a_formula(start: str) -> None:
    assert guard_formula(f"{start}1+1") == f"'{start}1+1"
    assert guard_formula(f"1{start}1") == f"1{start}1"
