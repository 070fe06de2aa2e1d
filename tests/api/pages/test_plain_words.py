"""Plain words: what we say ourselves is read at about the age of 12, and the field's own words are explained.

Every page and main state is read as it is served. A Flesch-Kincaid grade of 7 is the age of 12.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from starlette.testclient import TestClient

from api.pages.terms import LAYERS, terms_in
from tests.api.pages.readability import blocks, grade, sentences, syllables, words_of
from tests.api.pages.reading import sample, words
from tests.api.pages.test_pathway_pages import codes

OF_THE_AGE_OF_12 = 7.0
LONGEST = 34  # words of a sentence of ours
SERVICE = f"/services/{sample('Safe Hands Self-Harm Group')['id']}"
FLOW = "/worried/early-help"
ANSWERS = codes(young_carer="yes", feelings="additional", tried="one_plan")
Ask = Callable[[TestClient], httpx.Response]


def get(path: str) -> Ask:
    return lambda pages: pages.get(path)


def post(path: str, **fields: str) -> Ask:
    return lambda pages: pages.post(path, data=fields)


STATES: dict[str, Ask] = {
    "home": get("/"),
    "nothing typed": post("/postcode", postcode=""),
    "an answer": post("/postcode", postcode="B15 2TT"),
    "another council": post("/postcode", postcode="B91 3QJ"),
    "part of a postcode": post("/postcode", postcode="B15"),
    "not known": post("/postcode", postcode="B15 9ZZ"),
    "no postcode": post("/postcode", postcode="hello"),
    "mistyped": post("/postcode", postcode="BI5 2TT"),
    "of no place": post("/postcode", postcode="BX1 1LT"),
    "search": get("/services"),
    "found": get("/services?q=self+harm+14"),
    "found for a home": post("/services", q="self harm 14", postcode="B15 2TT"),
    "nothing found": get("/services?q=unicycle+zebra"),
    "a service": get(SERVICE),
    "a report without a choice": post(SERVICE + "/report"),
    "needs": get("/needs"),
    "about": get("/about"),
    "privacy": get("/privacy"),
    "accessibility": get("/accessibility"),
    "areas": get("/areas"),
    "a map": get("/areas/hub"),
    "a team": get("/areas/hub/HUB01"),
    "a district": get("/areas/district/E14000560"),
    "schools": get("/schools"),
    "schools of a name": get("/schools?q=primary"),
    "schools near a postcode": post("/schools", q="B15 2TT"),
    "no such school": get("/schools?q=unicycle+zebra"),
    "not there": get("/nothing"),
    "not that way": post("/about"),
    "too long": post("/postcode", postcode="B" * 9000),
    "worried": get("/worried"),
    "danger?": get(f"{FLOW}?a=v1"),
    "urgent questions": get(f"{FLOW}?a=v1.aan&w=h"),
    "answers": get(f"{FLOW}/check?a={ANSWERS}"),
    "what to do": get(f"{FLOW}/result?a={ANSWERS}"),
    "what to do at a home": post(f"{FLOW}/result", a=ANSWERS, postcode="B15 2TT"),
    "what to do in danger": get(f"{FLOW}/result?a=v1.aay"),
    "for the family": get(f"{FLOW}/family?a={ANSWERS}"),
    "answers of no questionnaire": get(f"{FLOW}?a=v1.zzz"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_we_say_ourselves_is_read_at_the_age_of_12(pages: TestClient, state: str) -> None:
    told = sentences(STATES[state](pages))
    assert told
    hardest = sorted(told, key=lambda one: -grade([one]))[:3]
    assert grade(told) <= OF_THE_AGE_OF_12, hardest
    assert [one for one in told if len(words_of(one)) > LONGEST] == []


@pytest.mark.parametrize("state", STATES)
def test_the_fields_own_words_are_explained_on_the_page(pages: TestClient, state: str) -> None:
    answer = STATES[state](pages)
    # The names of a partnership and of the city's maps are names; the maps' are explained with each team.
    names = r"Birmingham Safeguarding Children Partnership|Early Help Finder|Safeguarding and family hubs?"
    own = re.sub(names, "", " ".join(blocks(answer)))
    page = words(answer).lower()
    missing = [term for term, meaning in terms_in(own) if meaning.lower() not in page]
    assert missing == []


def test_each_team_of_an_answer_says_what_it_is(pages: TestClient) -> None:
    page = words(STATES["an answer"](pages)).lower()
    for layer in ("hub", "childrens_centre", "health_visiting", "family_support", "district"):
        assert LAYERS[layer].lower() in page


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Ring CASS. Section 47 and s17.", ["CASS", "Section 17", "Section 47"]),
        ("MASH, EDT and LADO", ["MASH", "EDT", "LADO"]),
        (
            "an Early Help Assessment, an Our Family Plan, a lead practitioner",
            ["Early Help A", "Our", "Lead"],
        ),
        ("LSOA, IFST and SEND; send it", ["SEND", "LSOA", "IFST"]),
        ("send it to the one who plans", []),
    ],
)
def test_terms_are_found_in_a_text(text: str, terms: list[str]) -> None:
    found = [term for term, _ in terms_in(text)]
    assert len(found) == len(terms)
    assert all(one.startswith(term) for one, term in zip(found, terms, strict=True))


@pytest.mark.parametrize(
    ("word", "many"),
    [("child", 1), ("worried", 2), ("family", 3), ("called", 1), ("needed", 2), ("services", 3),
     ("people", 2), ("here", 1), ("safeguarding", 3), ("illustrative", 4), ("postcode", 2)],
)  # fmt: skip
def test_syllables_are_counted_by_rule(word: str, many: int) -> None:
    assert abs(syllables(word) - many) <= (word in ("safeguarding", "postcode"))


def test_hard_sentences_would_be_found() -> None:
    hard = "The accountable multi-agency safeguarding arrangements necessitate proportionate consideration."
    assert grade([hard]) > 2 * OF_THE_AGE_OF_12
    assert grade(["Call this number now. If a child is in danger, call the police."]) < OF_THE_AGE_OF_12
