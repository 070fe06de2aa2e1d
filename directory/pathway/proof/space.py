"""The checks that go through every combination of answers: what can be reached, and what each leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from directory.pathway.flow import Flow, Rule
from directory.pathway.proof.facts import Facts
from directory.pathway.proof.finding import Finding, answers_words
from directory.pathway.proof.layers import Flags, Ids, Layers, Minimal
from directory.pathway.proof.pairs import Pair, Worsening, count_pairs
from directory.pathway.proof.shape import up_to

Progress = Callable[[int], None]
_DOMINATES, _DEMANDED = 2, 1


@dataclass(frozen=True)
class End:
    """Where some combinations end: how many, the level demanded, the rule, and what was passed over."""

    state: int
    count: int
    level: int
    rule: Rule | None
    override_passed: bool
    dominating_passed: bool


class Space:
    """All combinations of `flow`, gone through."""

    def __init__(self, flow: Flow, progress: Progress = lambda _done: None) -> None:
        self.flow = flow
        beating, dominating = _beating(flow), _dominating(flow)
        groups = [group for group in (beating, dominating) if group]
        self.facts = Facts(flow, watched=groups, telling=groups)
        self.layers = Layers(self.facts, progress)
        counts = self.layers.counts()
        self.total = sum(counts)
        self.costs = self.layers.shortest()
        self.ends = [
            End(
                state,
                counts[state],
                level,
                rule,
                self._passed(beating, rule, bits),
                self._passed(dominating, rule, bits),
            )
            for state, (level, bits, _ended) in enumerate(self.layers.final)
            for rule in (self.facts.first(level, bits),)
        ]

    def _passed(self, group: frozenset[str], rule: Rule | None, bits: int) -> bool:
        """Whether a route of `group` is demanded and the rule answers to none that is."""
        if rule is None or not bits & self.facts.bit(group):
            return False
        return not bits & self.facts.bit(group & frozenset(rule.when.routes))

    def example(self, ends: list[End]) -> dict[str, str]:
        """The shortest combination of answers that ends in one of `ends`."""
        best = min(ends, key=lambda one: int(self.costs[-1][one.state]))
        return self.layers.way(self.costs, best.state)

    def examples(self) -> dict[str, dict[str, str]]:
        """For each outcome that can be reached, the shortest combination that leads to it."""
        found: dict[str, list[End]] = {}
        for end in self.ends:
            if end.rule is not None:
                found.setdefault(end.rule.outcome, []).append(end)
        return {outcome: self.example(ends) for outcome, ends in found.items()}

    def by_outcome(self) -> dict[str, int]:
        """How many combinations lead to each outcome."""
        found = {one.id: 0 for one in self.flow.outcomes}
        for end in self.ends:
            if end.rule is not None:
                found[end.rule.outcome] += end.count
        return found

    def findings(self) -> list[Finding]:
        """What cannot be reached, and combinations that lead to nothing or to too little."""
        return [*self._questions(), *self._routes(), *self._rules(), *self._outcomes(), *self._results()]

    def _questions(self) -> Iterator[Finding]:
        for question, asked in zip(self.flow.questions, self.layers.asked, strict=True):
            if not asked.any():
                named = " and ".join(question.when)
                yield Finding(
                    "question",
                    f"“{question.title}” ({question.id}) is never asked, whatever is answered to "
                    f"{named}; nor can any of its {len(question.choices)} choices be given.",
                    up_to(self.flow, question, question.choices[0]),
                    subject=question.id,
                    line=question.line,
                )

    def _routes(self) -> Iterator[Finding]:
        demanded = {
            choice.demands.route
            for question, asked in zip(self.flow.questions, self.layers.asked, strict=True)
            if asked.any()
            for choice in question.choices
            if choice.demands is not None
        }
        for route in self.flow.routes:
            if route.id not in demanded:
                yield Finding(
                    "route",
                    f"The route “{route.title}” ({route.id}) is demanded by no answer that can be given. "
                    "Either an answer has lost it, or it can go.",
                    subject=route.id,
                    line=route.line,
                )

    def _rules(self) -> Iterator[Finding]:
        met = {end.rule.id for end in self.ends if end.rule is not None}
        for rule in self.flow.rules:
            if rule.id in met:
                continue
            example, said = self._shadow(rule)
            yield Finding(
                "rule",
                f"The rule {rule.id!r} is never the first that holds: {said}.",
                example,
                subject=rule.id,
                line=rule.line,
            )

    def _shadow(self, rule: Rule) -> tuple[Mapping[str, str] | None, str]:
        """Answers that fulfil a rule which is never the first, and why it is not."""
        facts = Facts(self.flow, [rule])
        layers = Layers(facts)
        costs = layers.shortest()
        holding = [
            state
            for state, (level, bits, _ended) in enumerate(layers.final)
            if facts.first(level, bits) is not None
        ]
        if not holding:
            return None, "no combination of answers fulfils it"
        answers = layers.way(costs, min(holding, key=lambda one: int(costs[-1][one])))
        from directory.pathway.decide import decide

        first = decide(self.flow, answers).rule
        return answers, f"wherever it would, an earlier rule does, such as {first.id!r} here"

    def _outcomes(self) -> Iterator[Finding]:
        met = {end.rule.outcome for end in self.ends if end.rule is not None}
        for outcome in self.flow.outcomes:
            if outcome.id in met:
                continue
            rules = [one for one in self.flow.rules if one.outcome == outcome.id]
            example, said = None, "no rule names it"
            if rules:
                example, said = self._shadow(rules[0])
                said = f"the rule {rules[0].id!r} never comes first, for {said}"
            yield Finding(
                "outcome",
                f"The outcome “{outcome.title}” ({outcome.id}) cannot be reached: {said}.",
                example,
                subject=outcome.id,
                line=outcome.line,
            )

    def _results(self) -> Iterator[Finding]:
        gaps = [end for end in self.ends if end.rule is None]
        if gaps:
            yield self._told("one_outcome", gaps, "no rule holds for", "", self.flow.rules[-1].line)
        for rule in self.flow.rules:
            mine = [end for end in self.ends if end.rule is rule]
            outcome = self.flow.outcome_by_id[rule.outcome]
            height = self.flow.level_rank[outcome.level]
            below = [end for end in mine if end.level > height]
            if below:
                top = self.flow.levels[max(end.level for end in below)].name
                words = (
                    f"the rule {rule.id!r} gives “{outcome.title}” ({outcome.level}) though an answer "
                    f"demands up to {top}, for"
                )
                yield self._told("below", below, words, rule.id, rule.line)
            for check, passed in (
                ("override", [end for end in mine if end.override_passed]),
                ("dominates", [end for end in mine if end.dominating_passed]),
            ):
                if passed:
                    kind = "beats the level" if check == "override" else "dominates all others"
                    words = (
                        f"the rule {rule.id!r} gives “{outcome.title}” though one that {kind} is open, for"
                    )
                    yield self._told(check, passed, words, rule.id, rule.line)

    def _told(self, check: str, ends: list[End], words: str, subject: str, line: int) -> Finding:
        answers = self.example(ends)
        said = f"{words[0].upper()}{words[1:]} {answers_words(self.flow, answers)}."
        return Finding(check, said, answers, None, sum(end.count for end in ends), subject, line)

    def minimal(self) -> Minimal:
        """The combinations by the level of their result alone; -1 where there is none."""
        rank = self.flow.level_rank
        return Minimal(
            self.layers,
            [
                -1
                if end.rule is None
                else max(end.level, rank[self.flow.outcome_by_id[end.rule.outcome].level])
                for end in self.ends
            ],
        )


@dataclass(frozen=True)
class Stepped:
    """What one answer made worse came to: the findings, and how much was gone through."""

    findings: tuple[Finding, ...]
    pairs: int
    joint_states: int
    paths: int
    states: int


def worsen(space: Space, progress: Progress = lambda _done: None) -> Stepped:
    """Make each answer worse in every combination: no lower level, no override less."""
    flow = space.flow
    structure = Layers(Facts(flow, []))
    bare = Minimal(structure, [0] * len(structure.final))
    by_level = Worsening(space.minimal(), _lower, progress)
    size, states = by_level.size, structure.size
    findings = [_level_finding(flow, one) for one in by_level.faults()]
    dominating = _dominating(flow)
    for route in flow.routes:
        if not route.beats_level:
            continue
        only = frozenset([route.id])
        facts = Facts(flow, [], watched=[only, dominating] if dominating else [only])
        layers = Layers(facts)
        states += layers.size
        labels = [
            (_DEMANDED if bits & facts.bit(only) else 0) + (_DOMINATES if bits & facts.bit(dominating) else 0)
            for _level, bits, _ended in layers.final
        ]
        walk = Worsening(Minimal(layers, labels), _lost, progress)
        size += walk.size
        findings += [_override_finding(flow, route.title, route.id, one) for one in walk.faults()]
    return Stepped(tuple(findings), count_pairs(bare), size, bare.paths(), states)


def _lower(milder: Ids, worse: Ids) -> Flags:
    found: Flags = (worse >= 0) & (milder > worse)
    return found


def _lost(milder: Ids, worse: Ids) -> Flags:
    """The route was demanded and is no more, and no route that dominates it came."""
    found: Flags = ((milder & _DEMANDED) > 0) & ((worse & _DEMANDED) == 0) & ((worse & _DOMINATES) == 0)
    return found


def _change(flow: Flow, pair: Pair) -> str:
    question = flow.by_id[pair.question]
    first, second = (
        flow.choices[pair.question, one[pair.question]].text for one in (pair.milder, pair.worse)
    )
    return f"“{question.title}” answered “{second}” and no longer “{first}”"


def _level_finding(flow: Flow, pair: Pair) -> Finding:
    from directory.pathway.decide import decide

    first, second = decide(flow, pair.milder), decide(flow, pair.worse)
    names = {one.id: one.name for one in flow.levels}
    return Finding(
        "worse_level",
        f"{_change(flow, pair)} is worse, yet the level falls from {names[first.level]} "
        f"(“{first.outcome.title}”) to {names[second.level]} (“{second.outcome.title}”). The rest: "
        f"{answers_words(flow, pair.worse)}.",
        pair.worse,
        pair.milder,
        subject=pair.question,
        line=flow.by_id[pair.question].line,
    )


def _override_finding(flow: Flow, title: str, route: str, pair: Pair) -> Finding:
    return Finding(
        "worse_override",
        f"{_change(flow, pair)} is worse, yet the route “{title}” ({route}) is no longer demanded. The rest: "
        f"{answers_words(flow, pair.worse)}.",
        pair.worse,
        pair.milder,
        subject=pair.question,
        line=flow.by_id[pair.question].line,
    )


def length(flow: Flow) -> int:
    """How many steps of progress a proof takes, without the contacts."""
    return len(flow.questions) * (2 + len(_beating(flow)))


def _beating(flow: Flow) -> frozenset[str]:
    return frozenset(one.id for one in flow.routes if one.beats_level)


def _dominating(flow: Flow) -> frozenset[str]:
    return frozenset(one.id for one in flow.routes if one.dominates)
