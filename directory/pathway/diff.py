"""What a new version changes: every combination of answers walked through both, and counted exactly.

Questions and choices are matched by their ids. A question that both versions ask has the same answer in both;
one that only one of them asks is free there. Combinations with an answer that the other version does not know
cannot be compared, and are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from directory.pathway.flow import Flow
from directory.pathway.proof.facts import Facts
from directory.pathway.proof.finding import answers_words, page_address
from directory.pathway.proof.layers import Layers, Minimal, price

Way = Literal["up", "down", "across"]
Answers = Mapping[str, str]
_Joint = tuple[int, int, tuple[tuple[str, str], ...]]
_Result = tuple[str, str, bool]


@dataclass(frozen=True)
class Changed:
    """Combinations that lead elsewhere: from which outcome and level to which, and the shortest of them."""

    way: Way
    before: str
    after: str
    level_before: str
    level_after: str
    combinations: int
    old: Answers
    new: Answers


@dataclass(frozen=True)
class Lost:
    """Combinations that no longer demand a route that beats the level."""

    route: str
    combinations: int
    old: Answers
    new: Answers


@dataclass(frozen=True)
class Difference:
    """How two versions differ. `uncompared` are combinations that one of them alone has: (old, new)."""

    old: Flow
    new: Flow
    compared: int
    changes: tuple[Changed, ...]
    lost: tuple[Lost, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    choices_gone: tuple[str, ...]
    choices_new: tuple[str, ...]
    reworded: tuple[str, ...]
    uncompared: tuple[int, int]

    def count(self, way: Way) -> int:
        """How many combinations change in that direction."""
        return sum(one.combinations for one in self.changes if one.way == way)

    @property
    def lowers(self) -> bool:
        """Whether anything falls: a level, an override, or a combination that cannot be compared."""
        return bool(self.count("down") or self.lost or self.uncompared[0])


def compare(old: Flow, new: Flow) -> Difference:
    """Walk through both versions in step, over all combinations."""
    shared = [one.id for one in old.questions if one.id in new.by_id]
    gone = [f"{q}: {c.id}" for q in shared for c in old.by_id[q].choices if not new.by_id[q].choice(c.id)]
    added = [f"{q}: {c.id}" for q in shared for c in new.by_id[q].choices if not old.by_id[q].choice(c.id)]
    first, first_labels = _by_result(old)
    second, second_labels = _by_result(new)
    walk = _Together(old, new, first, second)
    compared = sum(count for count, _ in walk.ends.values())
    groups: dict[tuple[_Result | None, _Result | None], list[_Joint]] = {}
    for joint in walk.ends:
        before = first_labels[int(first.labels[joint[0]])]
        after = second_labels[int(second.labels[joint[1]])]
        if before != after:
            groups.setdefault((before, after), []).append(joint)
    changes = [_changed(walk, before, after, joints) for (before, after), joints in groups.items()]
    order = {"down": 0, "up": 1, "across": 2}
    changes.sort(key=lambda one: (order[one.way], -one.combinations, one.before, one.after))
    return Difference(
        old,
        new,
        compared,
        tuple(changes),
        tuple(_lost(old, new)),
        tuple(one.id for one in old.questions if one.id not in new.by_id),
        tuple(one.id for one in new.questions if one.id not in old.by_id),
        tuple(gone),
        tuple(added),
        tuple(one for one in shared if _words(old, one) != _words(new, one)),
        (_all(first) - _all(first, walk.known), _all(second) - _all(second, walk.known)),
    )


def _words(flow: Flow, question: str) -> tuple[object, ...]:
    one = flow.by_id[question]
    return (one.title, one.hint, tuple(sorted((choice.id, choice.text) for choice in one.choices)))


def _by_result(flow: Flow) -> tuple[Minimal, list[_Result | None]]:
    """All combinations by what comes of them: outcome, level, whether an override gave it; None for none."""
    beating = frozenset(one.id for one in flow.routes if one.beats_level)
    facts = Facts(flow, telling=[beating] if beating else [])
    layers = Layers(facts)
    results: list[_Result | None] = []
    for level, bits, _ended in layers.final:
        rule = facts.first(level, bits)
        if rule is None:
            results.append(None)
            continue
        outcome = flow.outcome_by_id[rule.outcome]
        rank = max(level, flow.level_rank[outcome.level])
        by_override = bool(bits & facts.bit(beating & frozenset(rule.when.routes)))
        results.append((outcome.id, flow.levels[rank].id, by_override))
    known = list(dict.fromkeys(results))
    return Minimal(layers, [known.index(one) for one in results]), known


def _by_route(flow: Flow, route: str) -> Minimal:
    """All combinations by whether `route` is demanded (1), and whether a dominating one is (2)."""
    only = frozenset([route])
    dominating = frozenset(one.id for one in flow.routes if one.dominates)
    facts = Facts(flow, [], watched=[group for group in (only, dominating) if group])
    layers = Layers(facts)
    return Minimal(
        layers,
        [
            bool(bits & facts.bit(only)) + 2 * bool(bits & facts.bit(dominating))
            for _level, bits, _ended in layers.final
        ],
    )


def _lost(old: Flow, new: Flow) -> Iterator[Lost]:
    for route in old.routes:
        if not route.beats_level:
            continue
        first, second = _by_route(old, route.id), _by_route(new, route.id)
        walk = _Together(old, new, first, second)
        joints = [one for one in walk.ends if first.labels[one[0]] & 1 and not second.labels[one[1]]]
        if joints:
            before, after = walk.example(joints)
            yield Lost(route.id, sum(walk.ends[one][0] for one in joints), before, after)


def _all(minimal: Minimal, known: Callable[[str, str], bool] = lambda _question, _choice: True) -> int:
    """How many combinations there are whose every answer is known."""
    now: dict[int, int] = {0: 1}
    for table, asked, step in zip(minimal.next, minimal.asked, minimal.steps, strict=True):
        rows, flags = table.tolist(), asked.tolist()
        later: dict[int, int] = {}
        for state, count in now.items():
            for column, move in enumerate(step.moves):
                if (flags[state] and known(step.question, move.choice)) or (not flags[state] and not column):
                    later[rows[state][column]] = later.get(rows[state][column], 0) + count
        now = later
    return sum(now.values())


def _changed(walk: _Together, before: _Result | None, after: _Result | None, joints: list[_Joint]) -> Changed:
    old, new = walk.old, walk.new

    def height(level: str) -> int:
        return new.level_rank[level] if level in new.level_rank else old.level_rank[level]

    way: Way = "across"
    if before is None or after is None:
        way = "down" if after is None else "up"
    elif height(before[1]) != height(after[1]):
        way = "up" if height(after[1]) > height(before[1]) else "down"
    elif before[2] != after[2]:
        way = "up" if after[2] else "down"
    first, second = walk.example(joints)
    return Changed(
        way,
        before[0] if before else "none",
        after[0] if after else "none",
        before[1] if before else "none",
        after[1] if after else "none",
        sum(walk.ends[one][0] for one in joints),
        first,
        second,
    )


class _Together:
    """Both versions in step. `ends` has the joint states at the end: how many combinations, and the cost."""

    def __init__(self, old: Flow, new: Flow, first: Minimal, second: Minimal) -> None:
        self.old, self.new, self.sides = old, new, (first, second)
        self.events = _events([one.id for one in old.questions], [one.id for one in new.questions])
        now: dict[_Joint, tuple[int, int]] = {(0, 0, ()): (1, 0)}
        self._came: list[dict[_Joint, tuple[_Joint, str | None, str | None]]] = []
        for event in self.events:
            later: dict[_Joint, tuple[int, int]] = {}
            came: dict[_Joint, tuple[_Joint, str | None, str | None]] = {}
            for joint, (count, cost) in now.items():
                for target, one, two, paid in self._moves(event, joint):
                    held = later.get(target)
                    if held is None or cost + paid < held[1]:
                        came[target] = (joint, one, two)
                    later[target] = (
                        count + (held[0] if held else 0),
                        min(cost + paid, held[1] if held else cost + paid),
                    )
            now = later
            self._came.append(came)
        self.ends = now

    def known(self, question: str, choice: str) -> bool:
        """Whether the answer can be compared: both versions have it, or only one has the question."""
        one, two = self.old.by_id.get(question), self.new.by_id.get(question)
        return one is None or two is None or bool(one.choice(choice) and two.choice(choice))

    def example(self, joints: Sequence[_Joint]) -> tuple[Answers, Answers]:
        """The answers of the cheapest way to one of `joints`: in the old version and in the new."""
        joint = min(joints, key=lambda one: self.ends[one][1])
        first: dict[str, str] = {}
        second: dict[str, str] = {}
        for event, came in zip(reversed(self.events), reversed(self._came), strict=True):
            joint, one, two = came[joint]
            if one is not None:
                first[event[0]] = one
            if two is not None:
                second[event[0]] = two
        return dict(reversed(first.items())), dict(reversed(second.items()))

    def _moves(
        self, event: tuple[str, int | None, int | None], joint: _Joint
    ) -> Iterator[tuple[_Joint, str | None, str | None, int]]:
        """Where an answer leads: the joint state, the old and the new answer, the cost."""
        question, *places = event
        carried = dict(joint[2])
        given = carried.pop(question, None)
        later = self._is_later(event)
        asking = [
            place is not None and bool(side.asked[place][state])
            for side, place, state in zip(self.sides, places, joint[:2], strict=True)
        ]
        if not any(asking):
            yield self._after(event, joint, (None, None), carried), None, None, 0
            return
        for choice in self._choices(event, asking):
            if given is not None and choice != given:
                continue
            answers = (choice if asking[0] else None, choice if asking[1] else None)
            kept = dict(carried)
            if given is None and later:
                kept[question] = choice
            paid = sum(
                price(next(one for one in side.steps[place].moves if one.choice == choice))
                for side, place, asked in zip(self.sides, places, asking, strict=True)
                if asked and place is not None
            )
            yield self._after(event, joint, answers, kept), *answers, paid

    def _is_later(self, event: tuple[str, int | None, int | None]) -> bool:
        """Whether the other version comes to this question only later."""
        question, one, two = event
        shared = question in self.old.by_id and question in self.new.by_id
        return shared and None in (one, two) and event == next(e for e in self.events if e[0] == question)

    def _choices(self, event: tuple[str, int | None, int | None], asking: list[bool]) -> list[str]:
        flow = self.old if asking[0] else self.new
        return [one.id for one in flow.by_id[event[0]].choices if self.known(event[0], one.id)]

    def _after(
        self,
        event: tuple[str, int | None, int | None],
        joint: _Joint,
        answers: tuple[str | None, str | None],
        carried: Mapping[str, str],
    ) -> _Joint:
        states = []
        for side, place, state, answer in zip(self.sides, event[1:], joint[:2], answers, strict=True):
            if place is None:
                states.append(state)
                continue
            column = next(
                (at for at, one in enumerate(side.steps[place].moves) if one.choice == answer), 0
            )  # not asked: every column is the same
            states.append(int(side.next[place][state, column]))
        return states[0], states[1], tuple(sorted(carried.items()))


def _events(old: list[str], new: list[str]) -> list[tuple[str, int | None, int | None]]:
    """The questions of both in one order: (id, place in the old, place in the new); one that has moved is
    there twice."""
    found: list[tuple[str, int | None, int | None]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [(old[a + at], a + at, c + at) for at in range(b - a)]
        else:
            found += [(old[at], at, None) for at in range(a, b)]
            found += [(new[at], None, at) for at in range(c, d)]
    return found


def difference_json(found: Difference) -> dict[str, Any]:
    """The difference as plain values."""
    return {
        "flow": found.new.id,
        "old": {"version": found.old.version, "digest": found.old.digest},
        "new": {"version": found.new.version, "digest": found.new.digest},
        "compared": found.compared,
        "changed": sum(one.combinations for one in found.changes),
        "up": found.count("up"),
        "down": found.count("down"),
        "across": found.count("across"),
        "changes": [
            {
                "way": one.way,
                "from": {"outcome": one.before, "level": one.level_before},
                "to": {"outcome": one.after, "level": one.level_after},
                "combinations": one.combinations,
                "old": page_address(found.old, one.old),
                "new": page_address(found.new, one.new),
                "words": answers_words(found.new, one.new),
            }
            for one in found.changes
        ],
        "overrides_lost": [
            {
                "route": one.route,
                "combinations": one.combinations,
                "old": page_address(found.old, one.old),
                "new": page_address(found.new, one.new),
            }
            for one in found.lost
        ],
        "questions_only_old": list(found.only_old),
        "questions_only_new": list(found.only_new),
        "choices_only_old": list(found.choices_gone),
        "choices_only_new": list(found.choices_new),
        "reworded": list(found.reworded),
        "not_compared": {"old": found.uncompared[0], "new": found.uncompared[1]},
        "needs_sign_off": found.lowers,
    }


def difference_text(found: Difference) -> str:
    """The difference to read in a terminal."""
    old, new = found.old, found.new
    lines = [f"{new.id}: version {old.version} and version {new.version}"]
    lines.append(f"  {found.compared:,} combinations compared")
    for way in ("down", "up", "across"):
        lines.append(f"  {found.count(way):,} {way}")
    for one in found.changes:
        lines.append(
            f"  {one.way}: {one.combinations:,} from {one.before} ({one.level_before}) to {one.after} "
            f"({one.level_after}). The shortest: {answers_words(new, one.new)}."
        )
        lines += [f"    {page_address(old, one.old)}", f"    {page_address(new, one.new)}"]
    for lost in found.lost:
        lines.append(f"  down: {lost.combinations:,} no longer demand the route {lost.route}. The shortest:")
        lines += [f"    {page_address(old, lost.old)}", f"    {page_address(new, lost.new)}"]
    for words, ids in (
        ("questions only in the old", found.only_old),
        ("questions only in the new", found.only_new),
        ("choices only in the old", found.choices_gone),
        ("choices only in the new", found.choices_new),
        ("questions in other words", found.reworded),
    ):
        if ids:
            lines.append(f"  {words}: {', '.join(ids)}")
    for count, which in zip(found.uncompared, ("old", "new"), strict=True):
        if count:
            lines.append(f"  {count:,} combinations of the {which} have an answer the other does not know")
    if found.lowers:
        lines.append("Something falls: a sign-off is needed before this version can be published.")
    return "\n".join(lines)
