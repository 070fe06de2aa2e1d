"""What the answers given so far come to: the highest level demanded, and a few facts that only become true.

Which routes are demanded matters to a rule only as "any of these", and an answer only as "one of these".
Each such question is a fact, one bit. Answering takes the higher level and sets bits; nothing is ever unset.
So an outcome depends on level and bits alone, whatever the number of combinations behind them. `Facts.keep`
then drops the bits that no longer matter, and with them most of the states.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from directory.pathway.flow import Flow, Rule


@dataclass(frozen=True, slots=True)
class Move:
    """What giving one choice does: level rank demanded, bits set, whether all ends, whether it is mildest."""

    choice: str
    rank: int
    level: int
    gain: int
    ends: bool
    off_mildest: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One question: the bits that must be set for it to be asked, and its choices in the file's order."""

    question: str
    needs: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule as bits: `needs` must all be set, the level be in `levels`; `tells` are kept to be told of."""

    rule: Rule
    needs: int
    levels: frozenset[int]
    tells: int


class Facts:
    """The facts of `flow` that `rules` and the `when` of its questions depend on.

    `watched` are further groups of routes whose being demanded is kept to the end; `facts.bit(group)`
    gives a group's bit, 0 for a group that is not among the facts. `telling` are groups of routes: with
    each rule that names routes, whether one of them that is also of a group is demanded is kept too.
    """

    def __init__(
        self,
        flow: Flow,
        rules: Sequence[Rule] | None = None,
        *,
        watched: Sequence[frozenset[str]] = (),
        telling: Sequence[frozenset[str]] = (),
    ) -> None:
        self.flow = flow
        self._groups: dict[frozenset[str], int] = {}
        self._answers: dict[tuple[str, frozenset[str]], int] = {}
        self._next = 1
        self.watched = 0
        for group in watched:
            self.watched |= self._group(group)
        whens = [
            self._all([self._answer(earlier, wanted) for earlier, wanted in one.when.items()])
            for one in flow.questions
        ]
        self.rows = [self._row(rule, telling) for rule in (flow.rules if rules is None else rules)]
        self.steps = tuple(
            Step(question.id, needs, self._moves(at))
            for at, (question, needs) in enumerate(zip(flow.questions, whens, strict=True))
        )
        self._follow(whens)

    def bit(self, group: Collection[str]) -> int:
        """The bit of a group of routes, 0 where it is no fact."""
        return self._groups.get(frozenset(group), 0)

    def first(self, level: int, bits: int) -> Rule | None:
        """The first rule that holds at the end."""
        return next(
            (row.rule for row in self.rows if level in row.levels and not row.needs & ~bits),
            None,
        )

    def keep(self, at: int, level: int, bits: int) -> int:
        """The bits that still matter when the first `at` questions are behind: exact, nothing is guessed.

        A rule that can no longer hold matters no more, nor does any behind one that will hold for sure.
        """
        future, top = self._future[at], max(level, self._top[at])
        kept = self.watched | self._whens[at]
        reach = range(level, top + 1)
        for row in self.rows:
            missing = row.needs & ~bits
            if missing & ~future or row.levels.isdisjoint(reach):
                continue
            kept |= row.needs | row.tells
            if not missing and row.levels.issuperset(reach):
                break
        return bits & kept

    def _row(self, rule: Rule, telling: Sequence[frozenset[str]]) -> _Row:
        when, rank = rule.when, self.flow.level_rank
        needs = self._all([self._answer(question, wanted) for question, wanted in when.answers.items()])
        tells = 0
        if when.routes:
            routes = frozenset(when.routes)
            needs |= self._group(routes)
            for group in telling:
                if routes & group:
                    tells |= self._group(routes & group)
        levels = frozenset(range(len(self.flow.levels)))
        if when.levels:
            levels &= {rank[one] for one in when.levels}
        if when.at_least is not None:
            levels &= set(range(rank[when.at_least], len(self.flow.levels)))
        return _Row(rule, needs, levels, tells)

    def _moves(self, at: int) -> tuple[Move, ...]:
        question = self.flow.questions[at]
        mildest = min(one.rank for one in question.choices)
        found = []
        for choice in question.choices:
            gain = self._all(
                [
                    bit
                    for (asked, wanted), bit in self._answers.items()
                    if asked == question.id and choice.id in wanted
                ]
            )
            level = 0
            if choice.demands is not None:
                if choice.demands.level is not None:
                    level = self.flow.level_rank[choice.demands.level]
                if choice.demands.route is not None:
                    route = choice.demands.route
                    gain |= self._all([bit for group, bit in self._groups.items() if route in group])
            found.append(Move(choice.id, choice.rank, level, gain, choice.ends, choice.rank != mildest))
        return tuple(found)

    def _follow(self, whens: Sequence[int]) -> None:
        """For each position: the bits that may yet be set, the highest level that may yet be demanded, and
        the bits that a `when` still asks for."""
        future, top, live = 0, 0, 0
        futures, tops, lives = [future], [top], [live]
        for step, needs in zip(reversed(self.steps), reversed(whens), strict=True):
            for move in step.moves:
                future |= move.gain
                top = max(top, move.level)
            live |= needs
            futures.append(future)
            tops.append(top)
            lives.append(live)
        self._future, self._top, self._whens = futures[::-1], tops[::-1], lives[::-1]

    def _group(self, routes: frozenset[str]) -> int:
        if routes not in self._groups:
            self._groups[routes] = self._new()
        return self._groups[routes]

    def _answer(self, question: str, wanted: frozenset[str]) -> int:
        if (question, wanted) not in self._answers:
            self._answers[question, wanted] = self._new()
        return self._answers[question, wanted]

    def _new(self) -> int:
        bit = self._next
        self._next <<= 1
        return bit

    @staticmethod
    def _all(bits: Sequence[int]) -> int:
        total = 0
        for bit in bits:
            total |= bit
        return total
