"""Context functions: DMN 1.3, 10.3.4.10 (and 1.4 for `context put` with a list of keys)."""

from typing import Any

from engine.feel.registry import builtin
from engine.feel.runtime import Runtime


@builtin('get value', 'm: context, key: string')
def get_value(_: Runtime, context: dict[str, Any], key: str) -> Any:
    """The entry of that key; null if there is none."""
    return context.get(key)


@builtin('get value', 'm: context, keys: list')
def get_value_at(runtime: Runtime, context: dict[str, Any], keys: list[Any]) -> Any:
    """The entry at the end of a path of keys; null if there is none."""
    runtime.items(len(keys))
    value: Any = context
    for key in keys:
        value = value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
    return value


@builtin('get entries', 'm: context')
def get_entries(runtime: Runtime, context: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries as a list of contexts with ``key`` and ``value``."""
    runtime.items(len(context))
    return [{'key': key, 'value': value} for key, value in context.items()]


@builtin('context', 'entries: list')
def context_of(runtime: Runtime, entries: list[Any]) -> dict[str, Any]:
    """A context of a list of ``{key, value}``; null if a key is missing, null or there twice."""
    runtime.items(len(entries))
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not {'key', 'value'} <= entry.keys():
            raise ValueError('entries need key and value')
        key = entry['key']
        if not isinstance(key, str) or key in made:
            raise ValueError('keys are texts and unique')
        made[key] = entry['value']
    return made


@builtin('context put', 'context: context, key: string, value: any')
def context_put(runtime: Runtime, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The context with one entry added or replaced."""
    runtime.items(len(context))
    return {**context, key: value}


@builtin('context put', 'context: context, keys: list, value: any')
def context_put_at(runtime: Runtime, context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    """The context with the entry at the end of a path of keys added or replaced."""
    if not keys or not isinstance(keys[0], str):
        raise ValueError('keys are texts')
    runtime.items(len(context))
    if len(keys) > 1:
        inner = context.get(keys[0])
        if not isinstance(inner, dict) or len(keys) > runtime.limits.levels:
            raise ValueError('the path leads through contexts')
        value = context_put_at(runtime, inner, keys[1:], value)
    return {**context, keys[0]: value}


@builtin('context merge', 'contexts: list')
def context_merge(runtime: Runtime, contexts: list[Any]) -> dict[str, Any]:
    """All entries of all contexts; the last one of a key wins."""
    merged: dict[str, Any] = {}
    runtime.items(len(contexts))
    if not all(isinstance(context, dict) for context in contexts):
        raise ValueError('a list of contexts')
    for context in contexts:
        runtime.items(len(context))
        merged.update(context)
    return merged


@builtin('get or else', 'value: any?, default: any?')
def get_or_else(_: Runtime, value: Any, default: Any) -> Any:
    """The value, or the other one if it is null (as Camunda 8 has it)."""
    return default if value is None else value
