"""Calls every method of stripe-python's services with plausible parameters, made from the client's own types.

    client_walk.py ORIGIN required|full        prints how many were answered and what went wrong, as JSON

Meant for whichever release of the client runs it.
"""

import importlib
import inspect
import json
import re
import sys
import typing

import stripe

REQUEST_OPTIONS = {
    "api_key",
    "content_type",
    "expand",
    "headers",
    "idempotency_key",
    "max_network_retries",
    "stripe_account",
    "stripe_context",
    "stripe_version",
}
# What a name demands beyond its type.
BY_NAME = {"country": "US", "currency": "usd", "email": "a@example.com", "query": "created>0"}
DEPTH_MAX = 8


def methods(service, path=()):
    """Yields (dotted name, bound method) for a service and all services below it."""
    module = importlib.import_module(type(service).__module__)
    for name, _ in inspect.getmembers(type(service), inspect.isfunction):
        if name.startswith("_") or name.endswith("_async") or name in ("request", "stream"):
            continue
        yield ".".join((*path, name)), getattr(service, name)
    for name in getattr(module, "_subservices", {}):
        yield from methods(getattr(service, name), (*path, name))


def arguments(method, full):
    """The arguments of a call: made-up ids, and all parameters (`full`) or the required ones only."""
    ids, parameters = [], {}
    module = inspect.getmodule(method)
    for parameter in inspect.signature(method).parameters.values():
        if parameter.name == "params":
            name = re.search(r"\w+Params", _text(parameter.annotation))
            shape = _find(name[0], module) if name else None
            parameters = _map(shape, full, 0) if shape else {}
        elif parameter.name != "options":
            ids.append("x_123")
    return [*ids, parameters]


def _find(name, module):
    """The class of a parameter type, which modules import for type checkers only."""
    for source in re.finditer(r"from (stripe\.params[\w.]*) import (\([^)]*\)|[^\n]*)", inspect.getsource(module)):
        if re.search(rf"\b{name}\b", source[2]):
            return getattr(importlib.import_module(source[1]), name)
    return None


def _map(shape, full, depth):
    module = importlib.import_module(shape.__module__)
    made = {}
    for name, annotation in shape.__annotations__.items():
        text = _text(annotation)
        is_optional = text.startswith("NotRequired[")
        if name in REQUEST_OPTIONS or (is_optional and not (full and depth < 2)):
            continue
        text = text[len("NotRequired[") : -1] if is_optional else text
        made[name] = _by_name(name, text) or _value(text, module, full, depth + 1)
    return made or (_first_optional(shape, module, depth) if depth else {})


def _first_optional(shape, module, depth):
    """One member of a map that demands none: an empty map is not sent at all."""
    for name, annotation in shape.__annotations__.items():
        text = _text(annotation).removeprefix("NotRequired[").removesuffix("]")
        return {name: _by_name(name, text) or _value(text, module, False, depth + 1)}
    return {}


def _by_name(name, text):
    if "str" not in re.split(r"\W+", text):
        return None
    if name.endswith("url"):
        return "https://example.com/x"
    if re.search(r"(^|_)(timestamp|date|created|gt|gte|lt|lte)$", name):
        return "2026-01-01T00:00:00.000Z"
    return BY_NAME.get(name.rsplit("_", 1)[-1])


def _value(text, module, full, depth):
    for choice in _choices(text):
        if choice.startswith("Literal["):
            words = [word.strip().strip("'\"") for word in choice[len("Literal[") : -1].split(",")]
            if words[0]:
                return words[0]
        elif choice in SIMPLE:
            return SIMPLE[choice]
        elif choice.lower().startswith(("list[", "sequence[")):
            return [_value(choice[choice.index("[") + 1 : -1], module, full, depth)]
        elif choice.startswith(("Dict[", "Mapping[")):
            # Keyed by currency wherever the values are more than text.
            return {"usd": _value(choice[choice.index(",") + 1 : -1].strip(), module, full, depth)}
        elif isinstance(shape := getattr(module, choice.split(".")[-1], None), type) and depth < DEPTH_MAX:
            return _map(shape, full, depth)
    return "x"


SIMPLE = {"str": "x", "int": 100, "float": 1.5, "Decimal": "1.5", "bool": True}


def _choices(text):
    choices, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if character == "|" and depth == 0:
            choices.append(text[start:place])
            start = place + 1
    return [choice.strip().strip('"') for choice in (*choices, text[start:])]


def _text(annotation):
    """An annotation as it would be written: `int`, `List[str]`, `NotRequired[Literal['a']|str]`."""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, typing.ForwardRef):
        return annotation.__forward_arg__
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Union:
        return "|".join(_text(part) for part in inner)
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(repr, inner))}]"
    if origin is not None:
        name = getattr(annotation, "_name", None) or getattr(origin, "_name", None) or origin.__name__
        return f"{name}[{', '.join(_text(part) for part in inner)}]"
    return getattr(annotation, "__name__", str(annotation))


def walk(origin, full):
    bases = {name: origin for name in ("api", "files", "connect", "meter_events")}
    client = stripe.StripeClient("sk_test_walk", base_addresses=bases, max_network_retries=0)
    answered, failures = 0, []
    for root in ("v1", "v2"):
        for name, method in methods(getattr(client, root), (root,)):
            try:
                call(name, method, full)
                answered += 1
            except Exception as failure:
                failures.append(f"{name}: {failure!r}")
    return {"client": stripe.VERSION, "answered": answered, "failures": failures}


def call(name, method, full):
    if name == "v1.files.create":
        with open(__file__, "rb") as file:
            answer = method({"purpose": "dispute_evidence", "file": file})
    else:
        answer = method(*arguments(method, full))
    if name.endswith((".list", ".search")):
        for item in answer.auto_paging_iter():
            assert item.id or item.object
    elif name not in ("v1.quotes.pdf", "v2.billing.meter_event_stream.create"):
        assert isinstance(answer, stripe.StripeObject), type(answer)


if __name__ == "__main__":
    print(json.dumps(walk(sys.argv[1], sys.argv[2] == "full"), indent=1))
