"""Content-Security-Policy values: for pages, for those that suggest words while one types, for framed maps.

Everything is refused first and then only our own files are let in. The one inline script that pages hold is
the line by which the GOV.UK Frontend template says that JavaScript runs; it is allowed by its SHA-256, which
`tests/api/pages` works out anew from a rendered page.
"""

from __future__ import annotations

TEMPLATE_SCRIPT_HASH = "sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw="

PAGE_CSP = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' '{TEMPLATE_SCRIPT_HASH}'",
        "style-src 'self'",
        "img-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# The script of the search field asks /api/v1/suggest.
TYPING_CSP = f"{PAGE_CSP}; connect-src 'self'"

# A map is a page of its own in a frame of ours: no form, no frame inside, nothing inline.
MAP_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
