"""Text made safe and plain, its meaning kept."""

from __future__ import annotations

import pytest

from directory.listings.cleaning import clean_text, printable


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Play   and\tstay ", "Play and stay"),
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("For <b>all</b><br>families", "For all\nfamilies"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('See <a href="https://x.example/a">our page</a>.', "See our page (https://x.example/a)."),
        ('Write to <a href="mailto:a@x.example">a@x.example</a>', "Write to a@x.example"),
        ("<script>alert(1)</script>Play", "Play"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Play", "Play"),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
        ("ages <5 & over", "ages <5 & over"),
        ("AT&T, Q&A", "AT&T, Q&A"),
        ("a\u202egnp.exe\u202c b", "agnp.exe b"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("\ud800lone", "lone"),
        ("नमस्ते क्‍ष", "नमस्ते क्‍ष"),
    ],
)
def test_text_is_what_a_reader_would_have_seen(raw: str, clean: str) -> None:
    assert clean_text(raw)[0] == clean


def test_what_is_taken_out_is_said() -> None:
    assert clean_text("<p>One</p>")[1] == {"markup"}
    assert clean_text("a\u202eb")[1] == {"hidden"}
    assert clean_text("plain & simple")[1] == frozenset()


def test_a_line_holds_no_break_and_a_terminal_gets_no_escape() -> None:
    assert clean_text("one\ntwo", one_line=True)[0] == "one two"
    assert printable("a\x1b[31mb") == "a\\x1b[31mb"
