"""How templates are compiled: what a page would otherwise pay for on every request is done once, here.

Three things differ from plain Jinja, and none of them changes what is shown. Indentation goes when a template
is compiled, not from each page. A member of a dictionary is looked up as one at once, where Jinja tries it as
an attribute first. What is put out is escaped without a wrapping object for each piece. And there is one tag
more, `{% keep %}`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import orjson
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro, Undefined
from jinja2.utils import internalcode
from markupsafe import Markup

MOST_KEPT = 2048
_LINE_END = re.compile(r"[ \t]*\n\s*")
_METHODS = frozenset(dir(dict))


def escaped(value: object) -> str:
    """A value as HTML text, as `markupsafe.escape` gives it."""
    if value.__class__ is not str:
        if value.__class__ is int:
            return str(value)
        if hasattr(value, "__html__"):
            safe: str = value.__html__()
            return safe
        value = str(value)
    return (
        value.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace('"', "&#34;")
    )


class _Generator(CodeGenerator):
    """Writes `environment.escaped(` round what is put out."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Context(Context):
    """Calls a macro at once, without the search for what else a callable may want."""

    @internalcode
    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if obj.__class__ is Macro:
            # What Jinja gives to functions that take a context; its own `call` leaves them out here too.
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return obj(self.eval_ctx, *args, **kwargs)
        return super().call(obj, *args, **kwargs)


class Unindented(Extension):
    """Takes the indentation and the empty lines out of the text of a template, never out of a value."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template with their text made tight."""
        for token in stream:
            if token.type == "data":
                token = Token(token.lineno, token.type, _LINE_END.sub("\n", token.value))  # noqa: PLW2901
            yield token


class Keep(Extension):
    """`{% keep FACTS if CONDITION %}…{% endkeep %}`: HTML of these facts alone, made once and kept.

    The key is the facts' whole content, so that nothing can grow old. Only for what is the same for all,
    never for what a person typed or answered: the condition says when nothing of that is in it.
    """

    tags = {"keep"}  # noqa: RUF012 - so it is declared in Jinja

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.kept: OrderedDict[tuple[str, bytes], Markup] = OrderedDict()

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag as a call with its body as a block."""
        lineno = next(parser.stream).lineno
        facts: list[nodes.Expr] = []
        condition: nodes.Expr = nodes.Const(True)
        while parser.stream.current.type != "block_end":
            if parser.stream.skip_if("name:if"):
                condition = parser.parse_expression()
                break
            if facts:
                parser.stream.expect("comma")
            facts.append(parser.parse_expression(with_condexpr=False))
        body = parser.parse_statements(("name:endkeep",), drop_needle=True)
        where = nodes.Const(f"{parser.name}:{lineno}")
        call = self.call_method("_made", [where, condition, nodes.List(facts)])
        return nodes.CallBlock(call, [], [], body).set_lineno(lineno)

    def _made(self, where: str, condition: object, facts: list[Any], caller: Callable[[], str]) -> Markup:
        if not condition:
            return Markup(caller())
        key = where, orjson.dumps(facts, default=_none)
        made = self.kept.get(key)
        if made is None:
            made = self.kept[key] = Markup(caller())
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        return made


def _none(value: object) -> None:
    if not isinstance(value, Undefined):
        raise TypeError(f"{type(value).__name__} cannot be a fact of {{% keep %}}")


class PageEnvironment(Environment):
    """Jinja's environment with the above."""

    code_generator_class = _Generator
    context_class = _Context
    escaped = staticmethod(escaped)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A member of a dictionary, or an attribute of anything else."""
        if obj.__class__ is dict and attribute not in _METHODS:
            if attribute in obj:
                return obj[attribute]
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def make_globals(self, d: Mapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dictionary: every import of a macro compares its keys, which is slow for Jinja's chain."""
        return {**self.globals, **(d or {})}
