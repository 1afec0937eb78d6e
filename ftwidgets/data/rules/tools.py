"""Rules about the tools that an example offers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CHAT, TOOL, USER, chat

Example = dict[str, Any]

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What OpenAI's API takes as the name of a function."""

FUNCTION = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}


@rule(
    "tools-not-a-list",
    "error",
    "example",
    fails=(chat(USER, ANSWER, tools={}), chat(USER, ANSWER, functions="f"), chat(USER, ANSWER, tools=None)),
    passes=(chat(USER, ANSWER, tools=[]), chat(USER, ANSWER, functions=[])),
)
def tools_not_a_list(example: Example) -> Iterator[Fault]:
    """An example's tools are not a list.

    Why: the job would fail: the definitions of the tools cannot be read.
    """
    for key in ("tools", "functions"):
        if not isinstance(example.get(key, []), list):
            yield Fault(f"'{key}' is {shown(example[key])}, not a list.", "Give a list of definitions.", key)


@mends(tools_not_a_list, safe=True)
def _tools_in_a_list(example: Example, fault: Fault) -> Mend | None:
    key = str(fault.field)
    if not example[key]:
        return Mend("remove the key", {name: value for name, value in example.items() if name != key})
    if isinstance(example[key], dict) and ({"function", "name"} & example[key].keys()):
        return Mend("make it a list of this one", example | {key: [example[key]]})
    return None


@rule(
    "parallel-not-boolean",
    "error",
    "example",
    fails=(chat(USER, ANSWER, parallel_tool_calls="yes"), chat(USER, ANSWER, tools=[TOOL], parallel_tool_calls="True")),
    passes=chat(USER, ANSWER, parallel_tool_calls=True),
)
def parallel_not_boolean(example: Example) -> Iterator[Fault]:
    """`parallel_tool_calls` is neither true nor false.

    Why: the job would fail: whether several tools may be called at once is a yes or a no.
    """
    value = example.get("parallel_tool_calls", True)
    if not isinstance(value, bool):
        yield Fault(f"'parallel_tool_calls' is {shown(value)}.", "Use true or false.", "parallel_tool_calls")


@mends(parallel_not_boolean, safe=True)
def _boolean(example: Example, fault: Fault) -> Mend | None:
    meant = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    value = meant.get(str(example["parallel_tool_calls"]).strip().lower())
    said = "true" if value else "false"
    return None if value is None else Mend(f"change to {said}", example | {"parallel_tool_calls": value})


@rule(
    "parallel-without-tools",
    "warning",
    "example",
    fails=(chat(USER, ANSWER, parallel_tool_calls=True), chat(USER, ANSWER, tools=[], parallel_tool_calls=False)),
    passes=chat(USER, ANSWER, tools=[TOOL], parallel_tool_calls=True),
)
def parallel_without_tools(example: Example) -> Iterator[Fault]:
    """`parallel_tool_calls` is given where there are no tools.

    Why: it says nothing here, and OpenAI's service may refuse the file.
    """
    if isinstance(example.get("parallel_tool_calls"), bool) and not example.get("tools"):
        what = "'parallel_tool_calls' is given, and there are no tools."
        yield Fault(what, "Remove it, or add 'tools'.", "parallel_tool_calls")


@mends(parallel_without_tools, safe=True)
def _without_parallel(example: Example, fault: Fault) -> Mend:
    return Mend("remove the key", {key: value for key, value in example.items() if key != "parallel_tool_calls"})


@rule(
    "tool-malformed",
    "warning",
    "example",
    fails=(
        chat(USER, ANSWER, tools=["look_up"]),
        chat(USER, ANSWER, tools=[FUNCTION]),
        chat(USER, ANSWER, tools=[{"function": FUNCTION}]),
        chat(USER, ANSWER, tools=[{"type": "function"}]),
    ),
    passes=chat(USER, ANSWER, tools=[TOOL]),
)
def tool_malformed(example: Example) -> Iterator[Fault]:
    """A tool is not defined as OpenAI's API wants it.

    Why: the local model ignores the definition; OpenAI's service would refuse the file.

    A tool is {"type": "function", "function": {"name": "...", "description": "...", "parameters": {...}}}.
    """
    for number, tool in enumerate(_tools(example), 1):
        if not isinstance(tool, dict) or tool.get("type") != "function" or not isinstance(tool.get("function"), dict):
            remedy = 'A tool is {"type": "function", "function": {"name": "...", "parameters": {...}}}.'
            yield Fault(f"Tool {number} is {shown(tool)}.", remedy, "tools")


@mends(tool_malformed, safe=True)
def _formed(example: Example, fault: Fault) -> Mend | None:
    """All tools at once: the finding does not say which."""
    formed = [_as_tool(tool) for tool in example["tools"]]
    whole = all(isinstance(tool, dict) and isinstance(tool.get("function"), dict) for tool in formed)
    return Mend("write it as OpenAI's API does", example | {"tools": formed}) if whole else None


def _as_tool(tool: Any) -> Any:
    if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
        return {"type": "function"} | tool if "type" not in tool else tool | {"type": "function"}
    if isinstance(tool, dict) and isinstance(tool.get("name"), str):
        return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}
    return tool


def _function(tool: Any) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool, dict) else None
    return function if isinstance(function, dict) else {}


def _tools(example: Example) -> list[Any]:
    tools = example.get("tools")
    return tools if isinstance(tools, list) else []


def tool_names(example: Example) -> list[Any]:
    """The names of the tools and functions that an example offers, whatever they are."""
    functions = example.get("functions")
    bare = [one for one in functions if isinstance(one, dict)] if isinstance(functions, list) else []
    return [one["name"] for one in [*map(_function, _tools(example)), *bare] if "name" in one]


def _tool(**function: Any) -> dict[str, Any]:
    return chat(USER, ANSWER, tools=[{"type": "function", "function": FUNCTION | function}])


@rule(
    "tool-name",
    "warning",
    "example",
    fails=(_tool(name="look up"), _tool(name="f" * 65), _tool(name=None), _tool(name="")),
    passes=(_tool(name="look-up_2"), CHAT),
)
def tool_name(example: Example) -> Iterator[Fault]:
    """A tool has a name that OpenAI's API does not take.

    Why: the local model ignores the definition; OpenAI's service would refuse the file.

    A name has 1 to 64 letters a to z, digits, underscores and hyphens.
    """
    for tool in _tools(example):
        name = _function(tool).get("name")
        if _function(tool) and not (isinstance(name, str) and NAME.fullmatch(name)):
            remedy = "Use up to 64 letters a to z, digits, _ and -, in the calls too."
            yield Fault(f"A tool is called {shown(name)}.", remedy, "tools")


@rule(
    "tool-parameters",
    "warning",
    "example",
    fails=(
        _tool(parameters=[]),
        _tool(parameters={"properties": {"a": {"type": "string"}}}),
        _tool(parameters={"type": "object", "properties": []}),
        _tool(parameters={"type": "object", "properties": {}, "required": ["a"]}),
        _tool(parameters=None),
    ),
    passes=(
        _tool(parameters={"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        chat(USER, ANSWER, tools=[{"type": "function", "function": {"name": "now"}}]),
    ),
)
def tool_parameters(example: Example) -> Iterator[Fault]:
    """A tool's parameters are not described as an object.

    Why: the local model ignores the definition; OpenAI's service would refuse the file.

    The parameters are a JSON Schema: {"type": "object", "properties": {...}, "required": [...]}. A tool without
    parameters leaves them out.
    """
    for tool in _tools(example):
        function = _function(tool)
        what = _wrong_in(function["parameters"]) if "parameters" in function else None
        if what:
            remedy = 'Describe them as {"type": "object", "properties": {...}}.'
            yield Fault(f"The parameters of {shown(function.get('name'))}: {what}.", remedy, "tools")


def _wrong_in(parameters: Any) -> str | None:
    if not isinstance(parameters, dict):
        return f"{shown(parameters)} is not an object"
    if parameters and parameters.get("type") != "object":
        return f"the type is {shown(parameters.get('type'))}"
    properties, required = parameters.get("properties", {}), parameters.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return "'properties' is not an object" if not isinstance(properties, dict) else "'required' is not a list"
    unknown = [name for name in required if not isinstance(name, str) or name not in properties]
    return f"{shown(unknown[0])} is required, and not among the properties" if unknown else None


@mends(tool_parameters, safe=True)
def _parameters(example: Example, fault: Fault) -> Mend | None:
    tools = [_with_type(tool) for tool in example["tools"]]
    return Mend("say that they are an object", example | {"tools": tools}) if tools != example["tools"] else None


def _with_type(tool: Any) -> Any:
    function = _function(tool)
    parameters = function.get("parameters")
    if "parameters" in function and parameters is None:
        return tool | {"function": {key: value for key, value in function.items() if key != "parameters"}}
    if isinstance(parameters, dict) and "type" not in parameters and isinstance(parameters.get("properties"), dict):
        return tool | {"function": function | {"parameters": {"type": "object"} | parameters}}
    return tool


@rule("tool-twice", "warning", "example", fails=chat(USER, ANSWER, tools=[TOOL, TOOL]), passes=_tool())
def tool_twice(example: Example) -> Iterator[Fault]:
    """Two tools have the same name.

    Why: a call does not tell which of them is meant; OpenAI's service would refuse the file.
    """
    names = [name for name in tool_names(example) if isinstance(name, str)]
    twice = Counter(names) - Counter(set(names)) if len(set(names)) < len(names) else ()
    for name in sorted(twice):
        yield Fault(f"Two tools are called {shown(name)}.", "Keep one of them, or give it another name.", "tools")


@mends(tool_twice, safe=True)
def _once(example: Example, fault: Fault) -> Mend | None:
    tools = list({orjson.dumps(tool, option=orjson.OPT_SORT_KEYS): tool for tool in _tools(example)}.values())
    left = [name for name in tool_names(example | {"tools": tools}) if isinstance(name, str)]
    return Mend("keep one of the two", example | {"tools": tools}) if len(set(left)) == len(left) else None
