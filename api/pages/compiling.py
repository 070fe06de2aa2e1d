"""How templates are compiled: what a page would otherwise pay for on every request is done once, here.

Three things differ from plain Jinja, and none of them changes what is shown. Indentation goes when a template
is compiled, not from each page. A member of a dictionary is looked up as one at once, where Jinja tries it as
an attribute first. What is put out is escaped without a wrapping object for each piece. And there is one tag
more, `{% keep %}`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Undefined
from markupsafe import Markup

MOST_KEPT = 2048
_LINE_END = re.compile(r"[ \t]*\n\s*")
_METHODS = frozenset(dir(dict))


def escaped(value: object) -> str:
    """A value as HTML text, as `markupsafe.escape` gives it."""
    if value.__class__ is not str:
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


class Unindented(Extension):
    """Takes the indentation and the empty lines out of the text of a template, never out of a value."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template with their text made tight."""
        for token in stream:
            if token.type == "data":
                token = Token(token.lineno, token.type, _LINE_END.sub("\n", token.value))  # noqa: PLW2901
            yield token


class Keep(Extension):
    """`{% keep FACTS %}…{% endkeep %}`: HTML that is made from these facts alone is made once and kept.

    The key is the facts' whole content, so that nothing can grow old. Only for what is the same for all:
    never for anything that a person typed or answered.
    """

    tags = {"keep"}  # noqa: RUF012 - so it is declared in Jinja

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._kept: OrderedDict[tuple[str, bytes], Markup] = OrderedDict()

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag as a call with its body as a block."""
        lineno = next(parser.stream).lineno
        facts = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            facts.append(parser.parse_expression())
        body = parser.parse_statements(("name:endkeep",), drop_needle=True)
        where = nodes.Const(f"{parser.name}:{lineno}")
        call = self.call_method("_made", [where, nodes.List(facts)])
        return nodes.CallBlock(call, [], [], body).set_lineno(lineno)

    def _made(self, where: str, facts: list[Any], caller: Callable[[], str]) -> Markup:
        key = where, orjson.dumps(facts, default=_none)
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = Markup(caller())
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made


def _none(value: object) -> None:
    if not isinstance(value, Undefined):
        raise TypeError(f"{type(value).__name__} cannot be a fact of {{% keep %}}")


class PageEnvironment(Environment):
    """Jinja's environment with the above."""

    code_generator_class = _Generator
    escaped = staticmethod(escaped)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A member of a dictionary, or an attribute of anything else."""
        if obj.__class__ is dict and attribute not in _METHODS:
            if attribute in obj:
                return obj[attribute]
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)
