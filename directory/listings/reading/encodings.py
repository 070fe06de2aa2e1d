"""The text of a file in whatever encoding it came: UTF-8 with or without a mark, UTF-16, Windows-1252."""

from __future__ import annotations

from directory.listings.reading.feed import FeedError, Findings

MOST_BYTES = 200 * 1024 * 1024  # of one file; the largest national feed known is a quarter of that


def decoded(raw: bytes, name: str, findings: Findings) -> str:
    """The text of `raw`; an encoding that had to be guessed is reported.

    Raises `FeedError` where it is no text.
    """
    if len(raw) > MOST_BYTES:
        raise FeedError(f"{name}: larger than {MOST_BYTES // 2**20} MB. Send it in parts.")
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise FeedError(f"{name}: the file is empty.")
    encoding = _guess(raw)
    if encoding != "utf-8-sig":
        findings.add("note", "encoding", name, f"is in {encoding.upper()}.", "UTF-8 is the standard.")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        text = _windows(raw, name, error, findings)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FeedError(
            f"{name}, line {line}: holds a NUL character, so it is no text file. Save it as UTF-8."
        )
    return text


def _guess(raw: bytes) -> str:
    head = raw[:2000]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    third = len(head) // 3
    if third and head[1::2].count(0) > third:
        return "utf-16-le"
    if third and head[::2].count(0) > third:
        return "utf-16-be"
    return "utf-8-sig"


def _windows(raw: bytes, name: str, error: UnicodeDecodeError, findings: Findings) -> str:
    if error.encoding.startswith("utf-16"):
        raise FeedError(f"{name}: cut off in the middle of a character of UTF-16. Fetch it again.") from None
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as second:
        line = raw.count(b"\n", 0, second.start) + 1
        raise FeedError(
            f"{name}, line {line}: not text in UTF-8 or Windows-1252. Save it as UTF-8."
        ) from None
    findings.add(
        "warning", "encoding", name, "is not UTF-8; read as Windows-1252, as Excel in Britain writes it.",
        "Check names with accents, and save it as UTF-8.",
    )  # fmt: skip
    return text
