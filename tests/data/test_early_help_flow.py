"""What the shipped questionnaire says: worst first, never falsely reassuring, short, sourced and plain.

That it is sound as a machine over all answers (it ends, every outcome can be reached, a worse answer is never
lower) is proved by `earlyhelp pathway check`. Here stands what no proof can know: that these questions, words
and outcomes are the ones meant.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from directory.pathway.decide import Decision, decide
from directory.pathway.flow import Choice, Question
from directory.pathway.reading import load_flow

ROOT = Path(__file__).parents[2]
FILE = ROOT / "data" / "pathways" / "early-help" / "1.yaml"
FLOW = load_flow(FILE)
LEVELS = [one.id for one in FLOW.levels]

# Each worry that overrides: the answers that make it, the outcome it must have, and whom to call first.
OVERRIDES = [
    ({"danger": "yes"}, "danger", "danger"),
    ({"harm": "yes"}, "harm", "front_door"),
    ({"crisis": "yes", "crisis_life": "no"}, "crisis", "front_door:NHS_111"),
    ({"crisis": "yes", "crisis_life": "yes"}, "crisis_life", "danger"),
    ({"crisis": "yes", "crisis_life": "not_sure"}, "crisis_life", "danger"),
    ({"missing": "yes", "missing_now": "yes"}, "missing_now", "front_door:POLICE_101"),
    ({"missing": "yes", "missing_now": "no"}, "missing", "front_door"),
    ({"trafficking": "yes"}, "trafficking", "front_door"),
    ({"exploitation": "yes", "exploitation_harm": "yes"}, "exploitation_harm", "front_door"),
    ({"exploitation": "yes", "exploitation_harm": "no"}, "exploitation_risk", "front_door"),
    ({"fgm": "yes", "fgm_known": "yes"}, "fgm_known", "front_door:POLICE_101"),
    ({"fgm": "yes", "fgm_known": "no"}, "fgm", "front_door"),
    ({"domestic_abuse": "yes", "abuse_now": "yes"}, "domestic_abuse_now", "front_door"),
    ({"domestic_abuse": "yes", "abuse_now": "no"}, "domestic_abuse", "team:family_support"),
    ({"allegation": "yes"}, "lado", "front_door:LADO"),
    ({"homeless": "yes"}, "homeless", "front_door"),
    ({"radicalisation": "yes"}, "prevent", "front_door"),
    ({"unborn": "yes"}, "unborn", "front_door"),
    ({"private_fostering": "yes"}, "private_fostering", "front_door:PRIVATE_FOSTERING"),
    ({"young_carer": "yes"}, "young_carer", "team:family_support"),
    ({"send": "yes"}, "send", "team:family_support"),
    ({"childs_words": "afraid"}, "harm", "front_door"),
    ({"involved": "social_worker"}, "allocated", "front_door"),
    ({"tried": "family_plan"}, "complex", "front_door"),
    ({"consent": "risk"}, "advice", "front_door"),
]
MAY_WAIT_FOR_A_TALK = {
    "unborn",
    "young_carer",
    "send",
}  # not sure of these: talk with somebody; of the others: ring now


WHERE_NOBODY_KNOWS_999 = "crisis_life"  # not sure whether a life is at risk is not a matter for a talk


def ranked(question: Question) -> list[Choice]:
    return sorted(question.choices, key=lambda one: one.rank)


def mildest(question: Question) -> str:
    return ranked(question)[0].id


def worst(question: Question) -> str:
    return ranked(question)[-1].id


@cache
def _all(which: str) -> dict[str, str]:
    pick = {"mildest": mildest, "worst": worst}.get(which)
    return {one.id: pick(one) if pick else which for one in FLOW.questions}


def answered(**changed: str) -> Decision:
    """Everything the mildest, but for `changed`."""
    return decide(FLOW, {**_all("mildest"), **changed})


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9'’]+", text)


def syllables(word: str) -> int:
    word = word.lower()
    if len(word) > 3 and not re.search(r"(le|[td]ed|[scg]es|shes|ches)$", word):
        word = re.sub(r"(es|ed|e)$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(text: str) -> float:
    """Flesch and Kincaid's school grade; an age is five more. Rough, as every such measure is."""
    sentences = [one for one in re.split(r"[.!?:;](?:\s|$)", text) if one.strip()]
    found = words(text)
    return 0.39 * len(found) / len(sentences) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def test_the_shipped_questionnaire_is_a_draft_and_says_that_nobody_has_approved_it() -> None:
    assert FLOW.status == "draft"
    assert "Not approved by the Birmingham Safeguarding Children Partnership" in FLOW.notice
    assert "published facts" in FLOW.notice and "no date" in FLOW.notice
    assert "supports your judgement and never replaces it" in FLOW.notice
    assert FLOW.approved_by == "" and FLOW.approved_on is None


def test_it_asks_the_worst_first_then_the_domains_then_the_rest() -> None:
    parts = [one.part for one in FLOW.questions]
    assert parts == sorted(parts, key=["urgent", "domain", "more"].index)
    assert [one.id for one in FLOW.questions[:3]] == ["danger", "harm", "crisis"]
    ends = [(q.id, c.id) for q in FLOW.questions for c in q.choices if c.ends]
    assert ends == [("danger", "yes")]


def test_nothing_can_be_typed_for_every_question_is_a_list_of_choices() -> None:
    from directory.pathway.schema import QuestionPart

    assert all(2 <= len(one.choices) <= 6 for one in FLOW.questions)
    members = {"id", "code", "part", "title", "hint", "help", "asks_about", "when", "needs", "choices"}
    assert set(QuestionPart.model_fields) == members, "a question gained a member: may it hold free text?"


def test_it_is_short() -> None:
    assert len(FLOW.questions) <= 45
    assert len(answered().asked) <= 35
    first = [one for one in FLOW.questions if one.part == "urgent" and not one.when]
    spoken = sum(len(words(f"{one.title} {one.hint}")) for one in first)
    assert spoken / 240 <= 2.1, f"{spoken} words; at 240 a minute the urgent questions take about two minutes"
    for one in first:
        assert len(words(one.title)) <= 13 and len(words(one.hint)) <= 30, one.id


@pytest.mark.parametrize(("given", "outcome", "first"), OVERRIDES, ids=[one[1] for one in OVERRIDES])
def test_each_override_has_its_own_question_outcome_and_first_call(
    given: dict[str, str], outcome: str, first: str
) -> None:
    decision = answered(**given)
    assert decision.outcome.id == outcome
    assert decision.outcome.contact[0] == first


def test_a_worry_demands_the_level_of_its_own_outcome() -> None:
    answer_to = {route: rule.outcome for rule in reversed(FLOW.rules) for route in rule.when.routes}
    for (question, _), choice in FLOW.choices.items():
        demand = choice.demands
        if (
            demand is None
            or demand.route not in answer_to
            or FLOW.by_id[question].asks_about in ("send", "unborn")
        ):
            continue
        if demand.route != "conversation" or choice.id != "not_sure":
            assert demand.level == FLOW.outcome_by_id[answer_to[demand.route]].level, (question, choice.id)


def test_every_worry_that_the_guidance_names_is_asked_about() -> None:
    asked = {one.asks_about for one in FLOW.questions}
    assert asked >= {
        *("danger", "harm", "exploitation", "exploitation_harm", "fgm", "allegation", "private_fostering"),
        *("radicalisation", "domestic_abuse", "missing", "homelessness", "young_carer", "send"),
        *("mental_health_crisis", "unborn", "trafficking"),
        *("protective_factors", "childs_words", "duration", "direction", "tried", "consent", "social_worker"),
    }


def test_signs_of_exploitation_harm_are_told_apart_from_vulnerability() -> None:
    risk, harm = FLOW.outcome_by_id["exploitation_risk"], FLOW.outcome_by_id["exploitation_harm"]
    assert LEVELS.index(harm.level) > LEVELS.index(risk.level)
    for outcome in (risk, harm):
        assert any("screening tool" in form for form in outcome.forms)
    for gate in ("not_sure", "yes"):
        both = answered(exploitation=gate, exploitation_harm="yes")
        assert both.outcome.id == "exploitation_harm"


def test_the_twelve_domains_have_the_four_levels_and_not_sure_each_in_its_own_words() -> None:
    domains = [one for one in FLOW.questions if one.part == "domain"]
    assert len(domains) == 12
    texts = set()
    for question in domains:
        assert [one.id for one in ranked(question)] == [
            "universal",
            "not_sure",
            "universal_plus",
            "additional",
            "complex",
        ]
        for choice in question.choices:
            assert choice.source, (question.id, choice.id)
            if choice.id not in ("universal", "not_sure"):
                assert choice.demands is not None and choice.demands.level == choice.id
                assert len(words(choice.text)) >= 6, (question.id, choice.text)
            if choice.id != "not_sure":
                texts.add(choice.text)
    assert len(texts) == 48


def test_the_mildest_of_everything_is_universal_and_does_not_say_that_all_is_well() -> None:
    decision = answered()
    assert (decision.level, decision.outcome.id, decision.also) == ("universal", "universal", ())
    said = " ".join((decision.outcome.sentence, *decision.outcome.meanwhile, decision.outcome.timeframe.text))
    assert "This does not say that all is well" in said
    assert "watch" in said.lower() and "ring" in said and "answer the questions again" in said
    assert "front_door" in decision.outcome.contact


def test_no_outcome_says_that_a_child_is_safe_or_that_there_is_no_risk() -> None:
    reassuring = re.compile(
        r"\b(no (need|reason) to worry|nothing to worry|low risk|no risk|is safe\b(?! until)|all is well"
        r"|no further action|score)",
        re.IGNORECASE,
    )
    allowed = (
        *("does not say that all is well", 'take "not sure" for "all is well"', "the child is safe"),
        *("if that is safe", "where that is safe", "home is safe", "what is safe", "if it is safe"),
    )
    for outcome in FLOW.outcomes:
        text = " ".join((outcome.title, outcome.sentence, *outcome.meanwhile, outcome.family.sentence))
        for phrase in allowed:
            text = text.replace(phrase, "")
        assert not reassuring.search(text), (outcome.id, reassuring.search(text))


def test_not_sure_is_on_every_question_never_the_mildest_and_leads_to_a_talk() -> None:
    for question in FLOW.questions:
        choice = question.choice("not_sure")
        assert choice is not None and choice.demands is not None, question.id
        assert choice.id != mildest(question)
        if question.id == WHERE_NOBODY_KNOWS_999:
            assert choice.demands == question.choice("yes").demands
            continue
        assert choice.demands.route in ("conversation", "advice_now"), question.id


def test_not_sure_of_something_urgent_leads_to_a_call_for_advice_now() -> None:
    for question in FLOW.questions:
        if question.part != "urgent" or question.id == WHERE_NOBODY_KNOWS_999:
            continue
        decision = answered(**{question.id: "not_sure", **dict.fromkeys(question.when, "yes")})
        assert decision.outcome.id not in ("universal", "universal_plus")
        if question.id in MAY_WAIT_FOR_A_TALK:
            assert decision.outcome.contact == ("front_door:EARLY_HELP", "front_door")
        else:
            assert "advice_now" in {one.id for one in decision.routes}, question.id
            assert "front_door" in decision.outcome.contact
        if not question.when and question.id not in MAY_WAIT_FOR_A_TALK:
            assert decision.outcome.id == "advice"
            assert "Ring CASS now" in decision.outcome.title


def test_not_sure_of_everything_is_a_call_and_not_a_small_worry() -> None:
    decision = decide(FLOW, _all("not_sure"))
    assert decision.outcome.id == "advice"
    assert "small worry" in decision.outcome.sentence


def test_an_override_stands_whatever_else_is_answered_and_nothing_is_dropped() -> None:
    everything = {**_all("worst"), "danger": "no"}
    decision = decide(FLOW, everything)
    demanded = {
        choice.demands.route
        for question in decision.asked
        for choice in (FLOW.choices[question.id, everything[question.id]],)
        if choice.demands is not None and choice.demands.route is not None
    }
    assert decision.outcome.id == "crisis_life"  # a life at risk first; significant harm is told beside it
    assert decision.route is not None
    assert {one.id for one in decision.also} | {decision.route.id} == demanded
    assert all(one.action for one in decision.also)


def test_each_override_keeps_its_place_beside_the_worst_domain_answer() -> None:
    for given, outcome, _first in OVERRIDES:
        decision = answered(**given, care="complex")
        route = next((one.id for one in decision.routes if one.id == outcome), None)
        if route is not None and FLOW.route_by_id[route].beats_level:
            assert decision.outcome.id == outcome
        else:
            assert decision.level in ("complex", "immediate")
        if decision.outcome.id != "danger":
            assert "social_care" in {one.id for one in decision.routes}


def test_one_answer_made_worse_never_lowers_the_level_whatever_one_other_answer_is() -> None:
    for other in FLOW.questions:
        base = {**_all("mildest"), **dict.fromkeys(other.when, "yes"), other.id: worst(other)}
        if other.id == "danger":
            continue
        for question in FLOW.questions:
            if question is other or question.id in other.when:
                continue
            before = -1
            for choice in ranked(question):
                opened = dict.fromkeys(question.when, "yes")
                level = LEVELS.index(decide(FLOW, {**base, **opened, question.id: choice.id}).level)
                assert level >= before, (other.id, question.id, choice.id)
                before = level


def test_a_disability_or_an_unborn_child_opens_a_route_and_moves_no_level() -> None:
    for question in FLOW.questions:
        if question.asks_about in ("send", "unborn"):
            assert all(one.demands is None or one.demands.level is None for one in question.choices)
    for given in ({"send": "yes"}, {"unborn": "yes"}):
        for care in ("universal_plus", "additional", "complex"):
            assert answered(**given, care=care).level == answered(care=care).level


def test_no_answer_about_a_domain_stands_in_for_a_protected_characteristic() -> None:
    words_of = (
        r"\b(english|language|faith|religio\w*|church|mosque|race|ethnic\w*|foreign\w*|migrant\w*|asylum|gay|trans"
        r"|disab\w*|autis\w*|(very )?young (parents?|mothers?|mums?)|teenage parents?|boys?|girls?)\b"
    )
    for question in FLOW.questions:
        if question.part == "domain":
            for choice in question.choices:
                assert not re.search(words_of, choice.text, re.IGNORECASE), (question.id, choice.text)


def test_a_complex_need_says_that_harm_is_a_call_now_and_waits_for_no_consent() -> None:
    complex_need = FLOW.outcome_by_id["complex"]
    assert "ring now" in complex_need.sentence and "do not wait for consent" in complex_need.sentence
    assert "crisis" in FLOW.by_id["feelings"].hint and "harm" in FLOW.by_id["safety"].hint


def test_something_that_protects_the_child_never_makes_a_risk_smaller() -> None:
    weak = answered(care="additional", protective="some")
    assert answered(care="additional", protective="strong").level == weak.level
    assert answered(harm="yes", childs_words="heard", direction="better", tried="helped").outcome.id == "harm"


def test_a_child_who_is_afraid_is_heard_whatever_the_adults_answered() -> None:
    assert answered(childs_words="afraid").outcome.id == "harm"
    assert "hear_child" in {one.id for one in answered(childs_words="not_heard").also}


def test_an_allocated_social_worker_is_told_first() -> None:
    decision = answered(involved="social_worker", care="complex")
    assert decision.outcome.id == "allocated"
    assert "social worker" in decision.outcome.title


def test_a_refusal_ends_early_help_but_not_the_talk_nor_a_referral() -> None:
    assert answered(care="additional", consent="refused").outcome.id == "additional_refused"
    for worse in ({"care": "complex"}, {"harm": "yes"}):
        decision = answered(consent="refused", **worse)
        assert LEVELS.index(decision.level) >= LEVELS.index("complex")
        assert "no_consent" in {one.id for one in decision.also}


def test_consent_is_needed_for_early_help_and_never_for_harm() -> None:
    for outcome in FLOW.outcomes:
        if outcome.level == "immediate":
            assert not outcome.consent.needed, outcome.id
        if outcome.id in ("additional", "universal_plus", "universal", "young_carer", "send"):
            assert outcome.consent.needed, outcome.id
        assert (
            "reason" in outcome.consent.why
            or "write down" in outcome.consent.why.lower()
            or (outcome.id in ("lado", "homeless", "private_fostering", "universal", "danger"))
        ), outcome.id


def test_every_outcome_says_by_when_and_who_is_asked_if_nobody_answers() -> None:
    for outcome in FLOW.outcomes:
        assert "one working day" in outcome.timeframe.text or outcome.timeframe.decision_working_days == 1
        assert outcome.timeframe.escalate_to, outcome.id
        assert "one working day" in outcome.disagree
        assert "Immediate risk never waits" in outcome.disagree
    for name in (
        "harm",
        "exploitation_harm",
        "exploitation_risk",
        "domestic_abuse_now",
        "prevent",
        "complex",
    ):
        outcome = FLOW.outcome_by_id[name]
        assert any("Request for Support form, within 24 hours" in form for form in outcome.forms), name
    for name in ("additional", "missing", "domestic_abuse"):
        assert {"Early Help Assessment", "Our Family Plan"} <= set(FLOW.outcome_by_id[name].forms)


def test_what_can_wait_until_morning_says_so_and_what_cannot_does_not() -> None:
    may_wait = {"domestic_abuse", "additional", "additional_refused", "young_carer", "send"}
    may_wait |= {"conversation", "universal_plus", "universal"}
    for outcome in FLOW.outcomes:
        assert ("if a child cannot wait" in outcome.timeframe.text) == (outcome.id in may_wait), outcome.id


def test_whoever_rings_is_reminded_of_the_childs_words_and_of_what_is_not_known() -> None:
    for outcome in FLOW.outcomes:
        said = " ".join(outcome.say).lower()
        assert re.search(r"child|girl|young person|they say|parents say", said), outcome.id
        if outcome.level != "universal" and outcome.id not in ("lado", "crisis", "crisis_life"):
            assert "not know" in said, outcome.id


def test_an_allegation_goes_within_one_working_day_and_fgm_is_reported_personally() -> None:
    assert "within one working day" in FLOW.outcome_by_id["lado"].sentence
    assert "personally" in FLOW.outcome_by_id["fgm_known"].sentence
    question = FLOW.by_id["fgm_known"]
    assert "cannot be handed on" in question.help["health"]


def test_the_outcomes_that_may_be_read_by_whoever_did_the_harm_warn_of_the_familys_page() -> None:
    for name in ("harm", "exploitation_harm", "fgm", "fgm_known", "trafficking", "domestic_abuse_now"):
        assert any("family's page" in one for one in FLOW.outcome_by_id[name].meanwhile), name


def test_no_telephone_number_stands_in_the_file_but_those_that_never_change() -> None:
    text = re.sub(r"https://\S+|20\d\d-\d\d-\d\d|\b(?:19|20)\d\d\b", "", FILE.read_text("utf-8"))
    assert set(re.findall(r"(?<![\w#])\d[\d ]{2,}\d\b|\b\d{3,}\b", text)) <= {"999", "101", "111"}


def test_nothing_in_it_is_a_name_a_dash_or_an_em_dash_flourish() -> None:
    text = FILE.read_text("utf-8")
    assert "\N{EM DASH}" not in text and "\N{EN DASH}" not in text
    assert not re.search(r"\b(Mr|Mrs|Ms|Miss|Dr)\b", text)
    assert not re.search(r"@\w", text)


def test_every_source_has_an_address_a_day_and_is_used() -> None:
    text = FILE.read_text("utf-8")
    for source in FLOW.sources.values():
        assert source.address.startswith("https://") and source.read.isoformat() >= "2026-11-22"
        for paragraph in source.paragraphs:
            used = f"{source.id}#{paragraph}"
            assert used in text or used in (ROOT / "docs" / "thresholds.md").read_text("utf-8"), used


def test_it_can_be_read_at_the_age_of_twelve() -> None:
    hard = []
    for question in FLOW.questions:
        texts = [f"{question.title} {question.hint}", *(one.text for one in question.choices)]
        hard += [(question.id, one, grade(one)) for one in texts if len(words(one)) > 7 and grade(one) > 9]
    for outcome in FLOW.outcomes:
        text = " ".join((outcome.family.sentence, *outcome.family.next))
        hard += [(outcome.id, text, grade(text))] if grade(text) > 7 else []
    assert hard == []


def test_each_kind_of_reader_has_help_of_their_own_where_it_matters() -> None:
    for audience in ("health", "school", "voluntary", "police", "family"):
        assert audience in FLOW.audiences
        helped = [one.id for one in FLOW.questions if audience in one.help]
        assert len(helped) >= 5, (audience, helped)
        assert {"danger", "harm"} <= set(helped)


def test_every_outcome_has_a_page_for_the_family_in_plain_words() -> None:
    for outcome in FLOW.outcomes:
        family = outcome.family
        assert family.title and family.sentence and family.next
        spoken = " ".join((family.title, family.sentence, *family.next))
        for jargon in ("CASS", "LADO", "MASH", "s17", "s47", "threshold", "referral", "multi-agency"):
            if (outcome.id, jargon) not in {("lado", "CASS")}:
                assert jargon not in spoken, (outcome.id, jargon)


def test_the_page_of_thresholds_explains_every_question_route_rule_and_outcome() -> None:
    page = (ROOT / "docs" / "thresholds.md").read_text("utf-8")
    parts = (FLOW.questions, FLOW.routes, FLOW.rules, FLOW.outcomes)
    ids = [one.id for part in parts for one in part]
    assert [one for one in ids if f"`{one}`" not in page] == []
    for rule in FLOW.rules:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{rule.id}` |"))
        assert f"`{rule.outcome}`" in row and row.endswith(f"{rule.source} |"), row
    assert [one for one in FLOW.sources if f"`{one}`" not in page] == []
