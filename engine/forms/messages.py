"""What a page says about a wrong value: a stable code, form-js's sentence, and the Chinese for it."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, tuple[str, str]] = {
    'required': ('Field is required.', '此项为必填项'),
    'number': ('Value is not a number.', '请填写数字'),
    'integer': ('Value is expected to be an integer.', '请填写整数'),
    'decimals': ('Value is expected to have at most {digits} decimal digit{plural}.', '小数最多 {digits} 位'),
    'step': (
        'Please select a valid value, the two nearest valid values are {previous} and {following}.',
        '数值不符合间隔要求，最接近的有效值是 {previous} 和 {following}',
    ),
    'pattern': ('Field must match pattern {pattern}.', '格式不正确，请按要求填写'),
    'min': ('Field must have minimum value of {limit}.', '不得小于 {limit}'),
    'max': ('Field must have maximum value of {limit}.', '不得大于 {limit}'),
    'min_limit': ('Min validation value is not a valid number.', '表单设置的最小值不是数字，请联系管理员'),
    'max_limit': ('Max validation value is not a valid number.', '表单设置的最大值不是数字，请联系管理员'),
    'min_length': ('Field must have minimum length of {limit}.', '至少填写 {limit} 个字'),
    'max_length': ('Field must have maximum length of {limit}.', '最多填写 {limit} 个字'),
    'phone': (
        'Field must be a valid  international phone number. (e.g. +4930664040900)',
        '请填写带国家区号的电话号码，例如 +8613800138000',
    ),
    'email': ('Field must be a valid email.', '请填写正确的电子邮箱地址'),
    'date': ('Value is not a date.', '日期不正确，请按 年-月-日 填写'),
    'time': ('Value is not a time.', '时间不正确，请按 时:分 填写'),
    'date_and_time': ('Date and time must both be entered.', '日期和时间须同时填写'),
    'past_date': ('Date must not be in the past.', '不能早于今天'),
    'too_many_files': ('Only one file may be given.', '只能上传一个文件'),
    'file_type': ('File {name} is not of an accepted type ({accept}).', '文件“{name}”类型不符，只接受 {accept}'),
    'file_size': ('File {name} is larger than {limit} MB.', '文件“{name}”超过 {limit} MB'),
    'too_many_rows': ('No more than {limit} rows may be given.', '最多 {limit} 行'),
}


def words(code: str, **facts: Any) -> tuple[str, str]:
    """The English and the Chinese sentence for a code."""
    english, chinese = MESSAGES[code]
    return english.format(**facts), chinese.format(**facts)
