"""Text as it may be shown: no secrets of URLs, nothing invisible, no formulas; code stays code. Pure."""

from __future__ import annotations

import re
import shlex

HIDDEN = "…"

# RFC 3986: user:password stand before the `@` of an authority, a query behind the first `?`. Both are found
# in a time linear in the text, which may be a stranger's.
_USER = re.compile(r"(?<=://)[^\s/?#'\"<>]*@")
_WORD = re.compile(r"[^\s'\"<>]+")
# Places of our own know no query: what follows a `?` there is part of a name, or of no secret.
_FOREIGN = re.compile(r"(?<!sample)(?<!gs)(?<!file)(?<!memory)://", re.IGNORECASE)
_SENTENCE_ENDS = ".,;:)"

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), the full-width signs too.
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"

# Unicode: C0 and C1 controls, marks that turn the direction of writing (UAX 9), spaces without a width, line
# separators, interlinear marks, and tags. A joiner (U+200C, U+200D) stays: Persian and emoji need it.
# As a regular expression, of Arrow's too.
UNSEEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSEEN = re.compile(f"{UNSEEN}|[\ud800-\udfff]")


def hide_secrets(text: str) -> str:
    """The text with every URL in it without user, password and the values of its query.

    `https://me:word@host/a.csv?sig=abc` becomes `https://…@host/a.csv?sig=…`. Which value of a query is a
    secret cannot be told by its name, so all of them go. Hiding twice changes nothing.
    """
    if "://" not in text:
        return text
    return _WORD.sub(_hide_query, _USER.sub(f"{HIDDEN}@", text))


def _hide_query(match: re.Match[str]) -> str:
    word = match[0]
    address = _FOREIGN.search(word)
    at = word.find("?", address.end()) + 1 if address else 0
    if not at:
        return word
    query, hash_, fragment = word[at:].partition("#")
    asked = query.rstrip(_SENTENCE_ENDS)
    pairs = (pair.partition("=") for pair in asked.split("&"))
    shown = "&".join(f"{name}={HIDDEN}" if mark else HIDDEN for name, mark, _ in pairs) if asked else ""
    return word[:at] + shown + query[len(asked) :] + hash_ + fragment


def show_unseen(text: str) -> str:
    """The text with each character that nobody sees, or that turns the others around, as `⟨U+202E⟩`.

    Tabs and line ends stay.
    """
    return _UNSEEN.sub(_name_unseen, text)


def _name_unseen(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"


def escape_unseen(text: str) -> str:
    """Code with each such character as `\\u202e`, which stands for it in quotes of Python and GoogleSQL."""
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def quote_shell(word: str) -> str:
    """One word of a shell command; what nobody sees stands as bytes, which bash and zsh read in `$'…'`."""
    if not _UNSEEN.search(word):
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{_UNSEEN.sub(_write_bytes, plain)}'"


def _write_bytes(match: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))


def guard_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text
