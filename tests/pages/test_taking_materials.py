"""Materials at the counter: all ticked at once on receipt, marked later on the task page without losing what was typed."""

from __future__ import annotations

FORM = '/receive/food-business-licence'
CODES = ('application', 'business_licence', 'layout', 'safety_system', 'health_certificates')


def held(clerk, case_no: str) -> str:
    """Claim the case's open task; its address."""
    link = next(one for one in clerk.get('/desk').tree.xpath('//tr[@data-row]') if case_no in one.text_content())
    address = str(link.xpath('.//a/@href')[0])
    clerk.post(f'{address}/claim')
    return address


def shown(page) -> dict[str, str]:
    """The marking fields of the page as they stand."""
    fields = {one.get('name'): one.get('value') for one in page.tree.xpath('//input[starts-with(@name, "m-")]')}
    chosen = page.tree.xpath('//select[starts-with(@name, "m-")]')
    return fields | {one.get('name'): one.xpath('./option[@selected]/@value')[0] for one in chosen}


def test_one_button_ticks_every_material_and_keeps_the_rest(visitor) -> None:
    clerk = visitor('chuangkou')
    fields = {**clerk.get(FORM).form(FORM), 'name': '张三丰', 'm-application-originals': '3', 'action': 'all_received'}
    page = clerk.post(FORM, fields, 200)
    filled = page.form(FORM)
    assert [filled[f'm-{code}-state'] for code in CODES] == ['received'] * 5
    assert (filled['name'], filled['m-application-originals'], filled['submission']) == ('张三丰', '3', fields['submission'])


def test_acceptance_without_materials_is_refused_on_the_page_and_goes_through_once_they_are_marked(visitor) -> None:
    clerk = visitor('chuangkou')
    fields = {'kind': 'enterprise', 'name': '清江县好味餐饮有限公司', 'id_no': '91330100MA27X1234D', 'phone': '13800000000'}
    answer = clerk.post(FORM, {**clerk.get(FORM).form(FORM), **fields})
    task = held(clerk, str(answer.location).rsplit('/', 1)[-1])
    typed = {**clerk.get(task).form(task), 'f.intake_outcome': 'accept', 'f.intake_note': '先看一下', 'action': 'complete'}
    page = clerk.post(task, typed, 422)
    assert '必要材料尚未收齐，不能受理：食品经营许可申请书、' in page.words
    page = clerk.post(task, {**typed, 'action': 'materials_all'}, 200)
    assert page.form(task)['f.intake_outcome'] == 'accept'
    assert [shown(page)[f'm-{code}-state'] for code in CODES] == ['received'] * 5
    clerk.act(task, typed)


def test_marks_are_taken_with_the_task_and_wrong_ones_come_back(visitor) -> None:
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    task = held(clerk, case_no)
    page = clerk.get(task)
    fields = {**page.form(task), **shown(page), 'f.intake_outcome': 'accept', 'action': 'complete'}
    wrong = clerk.post(task, {**fields, 'm-layout-copies': '许多'}, 422)
    assert '份数应为 0 至 99 的整数' in wrong.words
    assert shown(wrong)['m-layout-copies'] == '许多'
    returned = clerk.post(task, {**fields, 'm-layout-state': 'missing', 'm-layout-note': '图纸不清'}, 422)
    assert '经营场所平面布局图' in returned.words
    assert shown(returned)['m-layout-state'] == 'missing'
    clerk.act(task, {**fields, 'm-layout-copies': '2'})
    assert '核收材料：「经营场所平面布局图和操作流程」已收（原件 1，复印件 2）' in clerk.get(f'/cases/{case_no}').words


def test_documents_of_the_case_are_at_hand_on_every_task(visitor) -> None:
    clerk = visitor('chuangkou')
    page = clerk.get(held(clerk, clerk.receive()))
    assert page.tree.xpath('//main//a[starts-with(@href, "/documents/")]')
    assert '申请材料接收凭证' in page.words
