"""A formula over the scores of graders: arithmetic and nothing else, read by hand and never run as a program."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

LONGEST = 1000

OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}

FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
}


class FormulaError(ValueError):
    """A formula that cannot be read."""


class NoValueError(FormulaError):
    """A formula that has no value with these scores, such as a number over 0."""


def parsed(text: str) -> ast.expr:
    """The formula as a tree.

    Raises:
        FormulaError: it is too long, or no formula.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"it has {len(text)} letters; it may have up to {LONGEST}")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"{text!r:.80} is no formula") from error


def value_of(text: str, scores: Mapping[str, float]) -> float:
    """The formula's value, where each name has its score.

    Raises:
        FormulaError: it is no formula, names something else, or has no finite value.
    """
    try:
        value = float(_value(parsed(text), scores))
    except FormulaError:
        raise
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise NoValueError(f"{text!r:.80} has no value: {error}") from error
    if not math.isfinite(value):
        raise NoValueError(f"{text!r:.80} has no finite value")
    return value


def names_in(text: str) -> set[str]:
    """The names that stand in the formula for scores.

    Raises:
        FormulaError: it is no formula.
    """
    tree = parsed(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}


def _value(node: ast.expr, scores: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in scores:
            return scores[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, scores), _value(right, scores))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(operand, scores))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name](*(_value(one, scores) for one in given)))
    known = ", ".join([*FUNCTIONS, *scores])
    raise FormulaError(f"{ast.unparse(node)!r:.80} cannot be worked out: use + - * / ( ), numbers, and {known}")
