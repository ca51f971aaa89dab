"""What the demo's clerks enter in the forms of the food business licence, by step and by what is to become of the case."""

from __future__ import annotations

from datetime import date
from typing import Any

_ITEMS = ['site', 'layout', 'facility', 'system', 'staff']
_TOLD = '1. 食品安全规章制度目录：未提交，请补交。\n2. 经营场所平面布局图：未标明粗加工区与烹饪区的分隔，请重新绘制。'
_BASIS = '《食品经营许可和备案管理办法》第二十条'


def answers(fate: str, step: str, before: int, today: date) -> dict[str, Any]:
    """The form data of one step; `before` is how often the case went through this step already."""
    return {
        'intake': _intake,
        'supplement': _supplement,
        'rectify': _rectify,
        'document_review': _review,
        'site_inspection': _inspection,
        'audit': _audit,
        'decide': _decide,
        'make_certificate': _certificate,
        'deliver': _deliver,
        'deliver_refusal': _deliver,
    }[step](fate, before, today.isoformat())


def _intake(fate: str, before: int, _today: str) -> dict[str, Any]:
    if before == 0 and fate in ('supplement', 'expired'):
        return {'intake_outcome': 'supplement', 'supplement_items': _TOLD}
    if fate == 'corrected':
        return {'intake_outcome': 'corrected', 'corrections': '申请书第2页经营面积单位写错，申请人当场更正并签名。'}
    if fate == 'not_accepted':
        reason = '申请地址位于邻县行政区域内，不属于本机关管辖（《行政许可法》第三十二条第一款第二项）。'
        return {'intake_outcome': 'not_accepted', 'intake_reason': reason, 'competent_agency': '江北县市场监督管理局'}
    if fate == 'not_required':
        reason = '仅销售预包装食品，依法办理备案即可，不需要取得食品经营许可。'
        return {'intake_outcome': 'not_required', 'intake_reason': reason}
    return {'intake_outcome': 'accept'}


def _supplement(_fate: str, _before: int, _today: str) -> dict[str, Any]:
    told = {'supplement_checked': _TOLD.split('\n'), 'supplement_complete': 'complete'}
    return told | {'supplement_note': '已补交食品安全规章制度目录，重新绘制平面布局图。'}


def _rectify(_fate: str, _before: int, _today: str) -> dict[str, Any]:
    return {'rectify_report': '已加装防蝇纱窗，生熟砧板分色管理，附照片。'}


def _review(fate: str, before: int, _today: str) -> dict[str, Any]:
    if fate == 'refused':
        return {'review_conclusion': 'doubt', 'review_opinion': '布局图显示卫生间与食品处理区相邻，请现场核实。'}
    again = '（复审）已核对补充说明，' if before else ''
    return {'review_conclusion': 'pass', 'review_opinion': f'{again}申请材料齐全，内容真实有效，符合规定。'}


def _inspection(fate: str, before: int, today: str) -> dict[str, Any]:
    data: dict[str, Any] = {'inspection_date': today, 'inspection_items': _ITEMS, 'inspection_conclusion': 'pass'}
    if fate == 'rectify' and before == 0:
        items = '1. 操作间未设防蝇设施；\n2. 生熟食品用具未区分。'
        return data | {
            'inspection_conclusion': 'rectify',
            'rectify_items': items,
            'inspection_items': ['site', 'layout', 'system', 'staff'],
            'inspection_opinion': '基本具备条件，需限期整改后复查。',
        }
    if fate == 'refused':
        return data | {
            'inspection_conclusion': 'fail',
            'inspection_items': ['site', 'staff'],
            'inspection_opinion': '食品处理区与卫生间直接相通，布局不符合食品安全要求，当场无法整改。',
        }
    return data | {'inspection_opinion': '现场与申报材料一致，布局、设备设施符合要求。'}


def _audit(fate: str, before: int, _today: str) -> dict[str, Any]:
    if fate == 'sent_back' and before == 0:
        return {'audit_result': 'send_back', 'audit_opinion': '从业人员健康证明未见核对记录，请补充审查。'}
    return {'audit_result': 'agree', 'audit_opinion': '审查、核查程序合法，结论适当，报请决定。'}


def _decide(fate: str, _before: int, _today: str) -> dict[str, Any]:
    if fate == 'refused':
        reason = '经现场核查，经营场所食品处理区与卫生间直接相通，不符合《食品安全法》第三十三条第一款第一项、第四项规定的条件。'
        return {'decision': 'refused', 'decision_reasons': reason, 'decision_basis': _BASIS}
    return {'decision': 'granted', 'decision_reasons': '申请材料和经营条件符合法定要求。', 'decision_basis': _BASIS, 'validity_years': 5}


def _certificate(_fate: str, _before: int, _today: str) -> dict[str, Any]:
    return {'certificate_printed': True}


def _deliver(fate: str, _before: int, today: str) -> dict[str, Any]:
    if fate == 'posted':
        return {'delivery_method': 'post', 'tracking_no': 'EX990000001CN', 'delivered_on': today}
    return {'delivery_method': 'window', 'receiver_name': '本人', 'delivered_on': today}
