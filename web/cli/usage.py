"""Wrong usage that click finds by itself (a missing option, a value of another type), said in both languages."""

from __future__ import annotations

import re

import click

from web.cli.speaking import WrongUsage


def in_both_languages(error: click.UsageError) -> click.UsageError:
    """The same error with a Chinese sentence beside click's own; ours have theirs already."""
    if isinstance(error, WrongUsage):
        return error
    told = WrongUsage(_chinese(error), error.format_message())
    told.ctx = error.ctx
    return told


def _chinese(error: click.UsageError) -> str:
    if isinstance(error, click.MissingParameter):
        return f'缺少 {_name(error)}'
    if isinstance(error, click.BadParameter):
        return f'{_name(error)} 的值 {_given(error)} 不正确' + _expected(error.param)
    if isinstance(error, click.NoSuchOption):
        return f'没有选项 {error.option_name}'
    if isinstance(error, click.BadOptionUsage):
        return f'选项 {error.option_name} 用法不正确'
    return f'命令或参数 {_given(error)} 不正确'


def _name(error: click.BadParameter) -> str:
    return error.param.get_error_hint(error.ctx) if error.param else '参数'


def _given(error: click.UsageError) -> str:
    """The value click quotes, or begins its sentence with."""
    quoted = re.search(r"'[^']*'|\([^)]*\)", error.message)
    return quoted[0] if quoted else error.message.partition(' ')[0]


def _expected(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter else None
    if isinstance(kind, click.Choice):
        return '：应为 ' + '、'.join(str(choice) for choice in kind.choices)
    if isinstance(kind, click.IntRange):
        least, most = kind.min, kind.max
        bounds = f'{least} 至 {most} 的' if None not in (least, most) else f'不小于 {least} 的' if least is not None else ''
        return f'：应为 {bounds}整数'
    if isinstance(kind, click.Path):
        return '：没有这个文件或文件夹，或不能读取'
    if isinstance(kind, click.DateTime):
        return '：应为日期，如 2026-12-31'
    return '：应为数字' if kind in (click.INT, click.FLOAT) else ''
