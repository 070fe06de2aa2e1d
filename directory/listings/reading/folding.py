"""What a feed says with terms of our own lists, folded into the members that hold it with us."""

from __future__ import annotations

from directory.listings.needs import Needs
from directory.store.standard import Content


def fold(content: Content, lists: Needs | None) -> None:
    """Attributes that say with our own terms what a member of ours says."""
    attributes = content.get("attributes")
    if lists is None or not isinstance(attributes, list):
        return
    kept: list[Content] = []
    official: list[Content] = []
    for one in attributes:
        known = lists.term(str(one.get("taxonomy_term_id", "")))
        if known is None:
            kept.append(one)
        elif known[0] == "dfe":
            official.append(one)
        elif known[0] == "route":
            content.setdefault("referral_route", known[1].code)
        else:
            words = content.setdefault("needs" if known[0] == "need" else "levels_of_need", [])
            if isinstance(words, list) and known[1].code not in words:
                words.append(known[1].code)
    needs = content.get("needs")
    implied = {
        term.code for code in (needs if isinstance(needs, list) else []) for term in lists.dfe_of(str(code))
    }
    for one in official:
        known = lists.term(str(one["taxonomy_term_id"]))
        if known is not None and known[1].code not in implied:
            kept.append(one)
    if kept:
        content["attributes"] = kept
    else:
        del content["attributes"]
