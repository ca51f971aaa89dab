"""What the demo's clerks enter in the forms of the transfer of real estate, by step and by what is to become of the case."""

from __future__ import annotations

from datetime import date
from typing import Any

_BASIS = '《不动产登记暂行条例》第二十一条'
_CHECKS = ['source', 'sealed', 'dispute', 'mortgage']


def answers(fate: str, step: str, before: int, today: date) -> dict[str, Any]:
    """The form data of one step; `before` is how often the case went through this step already."""
    return {
        'intake': _intake,
        'title_review': _title_review,
        'pay': _pay,
        'register': _register,
        'deliver': _deliver,
        'deliver_refusal': _deliver,
    }[step](fate, today)


def _intake(fate: str, _today: date) -> dict[str, Any]:
    if fate == 'not_accepted':
        reason = '申请登记的不动产不在本县登记范围内（《不动产登记暂行条例》第十七条）。'
        return {'intake_outcome': 'not_accepted', 'intake_reason': reason, 'competent_agency': '江北县自然资源和规划局'}
    return {
        'intake_outcome': 'accept',
        'property_kind': 'other' if fate == 'free' else 'residential',
        'small_enterprise': fate == 'free',
        'extra_certificates': 1 if fate == 'posted' else 0,
    }


def _title_review(fate: str, _today: date) -> dict[str, Any]:
    if fate == 'refused':
        return {'title_checks': ['source', 'sealed', 'mortgage'], 'title_opinion': '登记簿记载有异议登记，尚在有效期内，建议不予登记。'}
    return {'title_checks': _CHECKS, 'title_opinion': '权属清楚，无查封、无异议，抵押已注销。'}


def _pay(_fate: str, today: date) -> dict[str, Any]:
    return {'payment_no': f'JF{today:%Y%m%d}001', 'paid_on': today.isoformat()}


def _register(fate: str, _today: date) -> dict[str, Any]:
    if fate == 'refused':
        reason = '该不动产存在异议登记，尚未解决，权属存在争议。'
        return {'decision': 'refused', 'decision_reasons': reason, 'decision_basis': '《不动产登记暂行条例》第二十二条'}
    return {'decision': 'granted', 'decision_reasons': '申请材料齐全，权属清楚，准予登记。', 'decision_basis': _BASIS}


def _deliver(fate: str, today: date) -> dict[str, Any]:
    if fate == 'posted':
        return {'delivery_method': 'post', 'tracking_no': 'EX990000002CN', 'delivered_on': today.isoformat()}
    return {'delivery_method': 'window', 'receiver_name': '本人', 'delivered_on': today.isoformat()}
