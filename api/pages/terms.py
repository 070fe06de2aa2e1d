"""The field's own words, each with what it means in plain ones, and which of them a text uses."""

from __future__ import annotations

import re

# The word as a page shows it, how it is found in a text, and what it means. Facts: docs/thresholds.md.
_TERMS: tuple[tuple[str, str, str], ...] = (
    ("Safeguarding", r"[Ss]afeguard\w*", "keeping children safe from harm and neglect"),
    ("Significant harm", r"[Ss]ignificant harm", "harm so serious that the law tells the council to step in"),
    (
        "CASS (Children’s Advice and Support Service)",
        r"CASS|Children['’]s Advice and Support Service",
        "the council’s front door for a worry about a child",
    ),
    (
        "MASH (multi-agency safeguarding hub)",
        r"MASH",
        "the team of council, police and health staff who look at a worry together",
    ),
    (
        "EDT (Emergency Duty Team)",
        r"EDT|Emergency Duty Team",
        "the social workers who answer when offices are shut",
    ),
    (
        "LADO (designated officer)",
        r"LADO|[Dd]esignated officer",
        "the person who looks into worries about an adult who works with children",
    ),
    (
        "Early Help Support Team",
        r"Early Help Support Team",
        "the team that helps other workers to plan early help for a family",
    ),
    (
        "Early help",
        r"[Ee]arly help(?! finder)",
        "help that starts as soon as a need shows, before things get worse. The family must agree to it",
    ),
    (
        "Early Help Assessment",
        r"Early Help Assessment",
        "a form filled in with the family about what goes well and what help they need",
    ),
    ("Our Family Plan", r"Our Family Plan", "the one plan that says who will help the family, how and when"),
    (
        "Lead practitioner",
        r"[Ll]ead practitioner",
        "the one worker who holds the plan together and whom the family can ask",
    ),
    (
        "Team around the family",
        r"[Tt]eam around the family",
        "the people who help the family, meeting as one group",
    ),
    (
        "Request for Support",
        r"Request for Support(?: form)?",
        "the form that asks the council’s children’s services to help",
    ),
    (
        "Section 17",
        r"[Ss]ection 17|s17\b",
        "the law on children in need: those who will not do well without extra help, and disabled children",
    ),
    (
        "Section 47",
        r"[Ss]ection 47|s47\b",
        "the law that makes the council find out whether a child is being badly harmed",
    ),
    (
        "Threshold",
        r"[Tt]hresholds?(?: guidance| document)?",
        "the point at which a need is great enough for a higher level of help",
    ),
    (
        "Levels of need",
        r"[Ll]evels? of need",
        "four steps of help, from what every child has to what only social workers can give",
    ),
    (
        "Universal",
        r"Universal(?! Plus)\b|[Uu]niversal services?",
        "the help that every child has, such as a school, a GP or a health visitor",
    ),
    ("Universal Plus", r"Universal Plus", "a little more help from one service, with its own plan"),
    (
        "Additional Needs",
        r"Additional [Nn]eeds",
        "several needs, or one that a single service cannot meet: one plan for the family",
    ),
    (
        "Complex and Significant",
        r"[Cc]omplex and [Ss]ignificant",
        "serious or lasting needs, or a child who may be badly harmed: CASS decides what happens",
    ),
    (
        "Consent",
        r"[Cc]onsent",
        "the family’s clear yes, given once they know what will be shared and with whom",
    ),
    ("Escalate", r"[Ee]scalat\w+", "take it to a manager, and on to theirs if need be, until somebody acts"),
    (
        "Safeguarding lead",
        r"[Ss]afeguarding lead",
        "the person at your work whom you ask about a child’s safety",
    ),
    (
        "SEND (special educational needs and disabilities)",
        r"SEND\b|SEN\b|[Ss]pecial educational needs",
        "a child who finds it harder to learn than others, or is disabled",
    ),
    (
        "EHCP (education, health and care plan)",
        r"EHCP?\b|EHC plan",
        "the plan for a child who needs more than a school can give",
    ),
    (
        "FGM (female genital mutilation)",
        r"FGM|[Ff]emale genital mutilation",
        "cutting a girl’s genitals. It is a crime in the UK",
    ),
    ("Prevent", r"Prevent\b", "the scheme that helps people who may be drawn into terrorism"),
    (
        "Private fostering",
        r"[Pp]rivate(?:ly)? foster\w+",
        "a child under 16 lives for 28 days or more with somebody who is not a close relative",
    ),
    ("Exploitation", r"[Ee]xploit\w+", "using a child for sex, crime or work, often with gifts or threats"),
    (
        "National Referral Mechanism",
        r"National Referral Mechanism|NRM\b",
        "how the country finds and helps people who have been trafficked",
    ),
    ("Trafficking", r"[Tt]raffick\w+", "moving a child from place to place to use them"),
    ("Young carer", r"[Yy]oung carers?", "a child who looks after somebody at home"),
    ("LSOA (census area)", r"LSOA", "a small area that the census counts, of about 1,500 people"),
    (
        "IFST (integrated family support team)",
        r"IFST\d*|[Ii]ntegrated family support teams?",
        "workers who help the whole family, before social workers are needed",
    ),
)


def _needles(pattern: str) -> tuple[str, ...]:
    """What a text that the pattern finds has in it, in small letters: how each of its alternatives begins."""
    found = []
    for alternative in pattern.split("|"):
        begun = re.sub(r"\[([A-Z])[a-z]\]", r"\1", alternative)
        literal = re.match(r"[\w ]+", begun)
        if literal is None:
            raise ValueError(f"{alternative!r} does not begin with a letter")
        words = literal[0]
        found.append((words[:-1] if begun[len(words) :].startswith("?") else words).lower())
    return tuple(found)


_FOUND = tuple(
    (term, _needles(pattern), re.compile(rf"\b(?:{pattern})"), meaning) for term, pattern, meaning in _TERMS
)
TERM = re.compile("|".join(pattern.pattern for _, _, pattern, _ in _FOUND))  # any of them

# What each of the city's maps shows, for people who have never heard its name.
LAYERS = {
    "district": "one of ten parts of the city, each with a committee of its own councillors",
    "ward_2004": "the part of the city that elected three councillors until 2018",
    "ward_2018": "the part of the city that elects one or two councillors now",
    "constituency_2024": "the part of the city that elects one Member of Parliament",
    "lsoa_2021": "a small area that the census counts, of about 1,500 people",
    "hub": "social workers and family workers. "
    "Safeguarding means keeping children safe from harm and neglect",
    "childrens_centre": "play, health and family help for children under 5",
    "health_visiting": "nurses who visit families with a baby or a child under 5",
    "family_support": "workers who help the whole family, before social workers are needed",
}


def terms_in(*texts: str) -> list[tuple[str, str]]:
    """The field's words that the texts use, each with what it means, in the order of the list."""
    told = " ".join(texts)
    small = told.lower()
    return [
        (term, meaning)
        for term, needles, pattern, meaning in _FOUND
        if any(needle in small for needle in needles) and pattern.search(told)
    ]


def meaning_of(layer: str) -> str:
    """What a layer of areas is, in plain words; nothing for one that we do not know."""
    return LAYERS.get(layer, "")
