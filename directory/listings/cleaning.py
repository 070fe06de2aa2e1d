"""Making text safe and plain: HTML out, hidden characters out, blanks trimmed, the meaning kept."""

from __future__ import annotations

import functools
import html
import re
from html.parser import HTMLParser

_BREAKING = frozenset(
    ("p", "div", "br", "ul", "ol", "tr", "table", "section", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6")
)
_TAGS = set(_BREAKING | {"a", "li", "td", "th"})
# C0 and C1 but tab and newline, soft hyphen, zero width, line and paragraph marks, bidirectional overrides
# and isolates, byte order mark, unpaired surrogates, noncharacters. Joiners that Indic and Arabic scripts
# and emoji need (U+200C, U+200D) stay.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TAG_LIKE = re.compile(r"<(?=[a-zA-Z/!?])")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_PLAIN = re.compile(r"[ -;=?-~]*")  # printable ASCII without < and >
_ROUNDS = 3  # how often text is looked through for HTML that was encoded more than once

# Text that people and programs write where they have nothing to say.
NOTHING = frozenset(
    ("", "n/a", "na", "n.a.", "null", "nan", "-", "--", "---", "undefined", "tbc", "tba", "not applicable",
     "#n/a", "#ref!", "#value!", "#name?", "(none)", "(null)")
)  # fmt: skip
# In a name or an address these too say nothing; as a description ("Fees: none") they may.
NOTHING_SHORT = NOTHING | {"none", "nil", "unknown", "not known"}


def printable(text: str) -> str:
    """The text with whatever could steer a terminal or break a line shown as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def without_hidden(text: str) -> str:
    """The text without control characters, direction overrides and other things that cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return _HIDDEN.sub("", text)


def has_markup(text: str) -> bool:
    """Whether the text holds anything that a browser would take for HTML."""
    return _MARKUP.search(text) is not None


class _Words(HTMLParser):
    """Turns what nh3 left (a few harmless elements) into lines of text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.link: tuple[int, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self.pieces.append("\n- ")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "a":
            self.link = (len(self.pieces), dict(attrs).get("href") or "")
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in _BREAKING:
            self.pieces.append("\n\n" if tag in ("p", "blockquote") else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.link:
            start, address = self.link
            words = "".join(self.pieces[start:]).strip()
            bare = re.sub(r"^(mailto:|tel:)", "", address)
            if bare and bare not in words and not address.startswith("tel:"):
                self.pieces.append(f" ({bare})" if words else bare)
            self.link = None
        elif tag in _BREAKING:
            self.pieces.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data.replace("\n", " "))


def without_markup(text: str) -> str:
    """HTML as plain text: paragraphs and list items on lines of their own, links as words (address).

    Script, style and anything encoded twice or three times are taken out as well. A `<` that could still
    begin an element has a blank put after it, so that no reader of this text ever takes it for one.
    """
    import nh3  # not needed for text without markup, which is nearly all of it

    for _ in range(_ROUNDS):
        if not has_markup(text):
            break
        if "<" not in text:
            text = html.unescape(text)
            continue
        # Line breaks between elements mean nothing in HTML; in text that only holds a stray tag they do.
        laid_out = re.search(r"<(p|br|div|li)\b", text, re.IGNORECASE) is not None
        kept = text if laid_out else text.replace("\n", "<br>")
        safe = nh3.clean(
            kept, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}
        )
        words = _Words()
        words.feed(safe)
        words.close()
        text = "".join(words.pieces)
    return _TAG_LIKE.sub("< ", html.unescape(text) if has_markup(text) else text)


@functools.lru_cache(maxsize=8192)
def clean_text(text: str, one_line: bool = False) -> tuple[str, frozenset[str]]:
    """The text made safe and plain, and what was taken out: `markup`, `hidden`.

    Blanks at the ends and doubled ones go without a word. With `one_line` line breaks become blanks.
    """
    told: set[str] = set()
    if _PLAIN.fullmatch(text) and "&" not in text:
        shown = text
    else:
        shown = without_hidden(text)
        if shown != text.replace("\r\n", "\n").replace("\r", "\n"):
            told.add("hidden")
        if has_markup(shown):
            changed = without_markup(shown)
            if changed != shown:
                told.add("markup")
            shown = without_hidden(changed)
    if one_line:
        return " ".join(shown.split()), frozenset(told)
    lines = (_BLANKS.sub(" ", line).strip() for line in shown.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip(), frozenset(told)


def means_nothing(text: str, prose: bool = False) -> bool:
    """Whether a text only says that there is nothing to say (`N/A`, `-`, `null`).

    `prose` for a text of several lines, where "none" is an answer ("Fees: none").
    """
    return text.strip().casefold() in (NOTHING if prose else NOTHING_SHORT)
