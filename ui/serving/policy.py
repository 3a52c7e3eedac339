"""What a browser is told about every answer of the console: its security headers, in one place.

The content-security-policy allows what comes from the console itself and nothing else; no `unsafe-eval`,
and of inline scripts only those whose hash is listed: Streamlit's own and those the components bring.
Inline styles stay allowed, because Streamlit's style library writes its rules into the page while it runs.
Sources: https://www.w3.org/TR/CSP3/, https://developer.mozilla.org/docs/Web/HTTP/Headers.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

# What no page of the console ever uses.
_UNUSED_FEATURES = (
    "accelerometer",
    "bluetooth",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)


def make_headers(pages: Iterable[str]) -> Mapping[str, str]:
    """The headers every answer carries; `pages` are the texts whose inline scripts may run."""
    return {
        "content-security-policy": make_policy(pages),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
    }


def make_policy(pages: Iterable[str]) -> str:
    """The content-security-policy under which the inline scripts of these texts may run."""
    hashes = " ".join(dict.fromkeys(hash_script(s) for page in pages for s in _INLINE_SCRIPT.findall(page)))
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def hash_script(script: str) -> str:
    """The source expression that allows exactly this inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def read_streamlit_page() -> str:
    """The page Streamlit sends to every browser."""
    import streamlit

    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
