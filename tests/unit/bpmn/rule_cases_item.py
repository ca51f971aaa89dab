"""For each rule that needs the item: a bundle that breaks it and one that keeps it."""

from __future__ import annotations

from unit.bpmn.building import ITEM, bare, boundary, diagram, flows, node, properties, timer, user
from unit.bpmn.rule_cases import SUB, Case

from engine.bpmn import House

FORM = '{"type":"default","components":[{"type":"textfield","key":"answer","id":"f1"}]}'
WINDOWED = (
    user('u', properties(milestone='accepted'))
    + node(
        'subProcess',
        'sub',
        node('startEvent', 'is') + user('v') + node('endEvent', 'ie', properties(milestone='decided')) + flows('is>v>ie'),
    )
    + boundary('t', 'sub', timer('promise'))
    + node('endEvent', 'end2')
)
PROMISED = node('startEvent', 'start') + WINDOWED + node('endEvent', 'end', properties(result='done')) + flows('start>u>sub>end, t>end2')
PROMISED = PROMISED.replace('<bpmn:endEvent id="end2">', '<bpmn:endEvent id="end2">' + properties(result='deemed'))
ITEM_BUNDLE = {'item_toml': ITEM}
GOOD_ITEM = bare(PROMISED)


def item_with(body: str, **more: str) -> dict:
    return {'item_toml': ITEM + body, **more}


DECIDING = '{"type":"default","components":[{"type":"textfield","key":"decision","id":"f1"}]}'
VERDICT = DECIDING.replace('decision', 'verdict')
GRANTING = PROMISED.replace('value="done"', 'value="granted"').replace('id="v"', 'id="v" camunda:formRef="d"')
REFUSING = PROMISED.replace('value="done"', 'value="not_accepted"').replace('id="v"', 'id="v" camunda:formRef="d"')
# D-03: a message may bring what the script after it reads.
TOLD = node('receiveTask', 'h', messageRef='msg') + node('scriptTask', 'v', '<bpmn:script>total = {}</bpmn:script>')
# H-22: at any step inside a subprocess its boundary event may lead to the decision, past the watched step.
LEFT = (
    node('startEvent', 'start')
    + node(
        'subProcess',
        'sub',
        node('startEvent', 'is')
        + user('u', properties(milestone='accepted'))
        + user('v', properties(milestone='decided'))
        + boundary('t', 'v', timer('promise'))
        + node('endEvent', 'ie')
        + node('endEvent', 'ie2')
        + flows('is>u>v>ie, t>ie2'),
    )
    + boundary('m', 'sub', '<bpmn:messageEventDefinition messageRef="msg"/>')
    + user('w', properties(milestone='decided'))
    + node('endEvent', 'end', properties(result='done'))
    + flows('start>sub>end, m>w>end')
)


def step(limit: str) -> str:
    """A promise watched as it should be, and a limit that warns on the step inside."""
    warned = boundary('s', 'v', timer(limit), interrupting=False) + node('endEvent', 'se')
    return PROMISED.replace('<bpmn:endEvent id="ie"', warned + '<bpmn:endEvent id="ie"').replace(
        '</bpmn:subProcess>', flows('s>se') + '</bpmn:subProcess>'
    )


ITEM_CASES = [
    Case('ANSWER_MISSING', bare(GRANTING), bare(GRANTING), item_with('', d_form=VERDICT), item_with('', d_form=DECIDING), element='ie'),
    Case(
        'ANSWER_MISSING',
        bare(REFUSING),
        bare(REFUSING),
        item_with('', d_form=VERDICT),
        item_with('', d_form=DECIDING.replace('decision', 'intake_reason')),
        element='end',
    ),
    Case('PROPERTY_UNKNOWN', bare(PROMISED.replace('"milestone"', '"mileston"', 1)), GOOD_ITEM, ITEM_BUNDLE, element='u'),
    Case(
        'ATTRIBUTE_MISPLACED',
        bare(PROMISED.replace('id="end2"', 'id="end2" camunda:formRef="intake"', 1)),
        GOOD_ITEM,
        ITEM_BUNDLE,
        element='end2',
    ),
    Case('DIAGRAM_MISSING', b'', element=None),
    Case('ID_TWICE_IN_BUNDLE', GOOD_ITEM, GOOD_ITEM, item_with('', more_bpmn=bare(SUB)), ITEM_BUNDLE, element='p'),
    Case('ITEM_INVALID', GOOD_ITEM, GOOD_ITEM, item_with('colour = 1\n'), ITEM_BUNDLE, element=None),
    Case('DISCLOSURE_MISSING', GOOD_ITEM, GOOD_ITEM, {'item_toml': ITEM.replace('amount = "0"', '')}, ITEM_BUNDLE, element=None),
    Case('WINDOW_MISSING', bare(PROMISED.replace(' camunda:candidateGroups="w1"', '', 1)), GOOD_ITEM, ITEM_BUNDLE, element='u'),
    Case(
        'WHO_UNDECIDED',
        bare(PROMISED.replace(' camunda:candidateGroups="w1"', ' flowable:candidateStrategy="30"', 1)),
        GOOD_ITEM,
        ITEM_BUNDLE,
        element='u',
    ),
    Case('WINDOW_UNKNOWN', bare(PROMISED.replace('="w1"', '="w9"', 1)), GOOD_ITEM, ITEM_BUNDLE, element='u'),
    Case(
        'WINDOW_NOT_IN_HALL',
        GOOD_ITEM,
        GOOD_ITEM,
        ITEM_BUNDLE,
        house=House(windows=frozenset({'w2'})),
        good_house=House(windows=frozenset({'w1'})),
        element='u',
    ),
    Case(
        'WINDOW_UNUSED',
        GOOD_ITEM,
        GOOD_ITEM,
        item_with('[[windows]]\nid = "w2"\nname = "空窗口"\nauthority = "review"\n'),
        ITEM_BUNDLE,
        element=None,
    ),
    Case('WINDOW_AUTHORITY', bare(PROMISED.replace('value="accepted"', 'value="decided"')), GOOD_ITEM, ITEM_BUNDLE, element='u'),
    Case(
        'FORM_MISSING',
        bare(PROMISED.replace('id="u"', 'id="u" camunda:formRef="x"')),
        bare(PROMISED.replace('id="u"', 'id="u" camunda:formKey="y"')),
        item_with('', y_form=FORM),
        element='u',
    ),
    Case('FORM_UNREADABLE', GOOD_ITEM, GOOD_ITEM, item_with('', y_form='{'), item_with('', y_form=FORM), element=None),
    Case(
        'FORM_UNUSED', GOOD_ITEM, bare(PROMISED.replace('id="u"', 'id="u" camunda:formKey="y"')), item_with('', y_form=FORM), element=None
    ),
    Case(
        'NOTICE_MISSING',
        bare(
            PROMISED.replace(
                'name="milestone" value="accepted"/>',
                'name="milestone" value="accepted"/><camunda:property name="notice" value="acceptance"/>',
            )
        ),
        GOOD_ITEM,
        ITEM_BUNDLE,
        element='u',
    ),
    Case(
        'DEEMED_GRANT_SAFETY',
        bare(PROMISED.replace('cancelActivity="true">', 'cancelActivity="true">' + properties(on_expiry='deemed_grant', basis='x'))),
        GOOD_ITEM,
        {'item_toml': ITEM.replace('[limits]', 'safety = true\n[limits]')},
        element='t',
    ),
    Case(
        'DEEMED_RENEW_MISPLACED',
        bare(PROMISED.replace('cancelActivity="true">', 'cancelActivity="true">' + properties(on_expiry='deemed_renew', basis='x'))),
        GOOD_ITEM,
        ITEM_BUNDLE,
        element='t',
    ),
    Case('RESULT_MISSING', bare(PROMISED.replace(properties(result='done'), '')), GOOD_ITEM, ITEM_BUNDLE, element='end'),
    Case(
        'FILING_REFUSES',
        bare(PROMISED.replace('"done"', '"refused"')),
        bare(PROMISED.replace('"done"', '"refused"')),
        {'item_toml': ITEM.replace('[limits]', 'filing = true\n[limits]')},
        ITEM_BUNDLE,
        element='end',
    ),
    Case('MILESTONE_MISSING', bare(PROMISED.replace('"decided"', '"delivered"')), GOOD_ITEM, ITEM_BUNDLE, element='p'),
    Case('PROMISE_TIMER_MISSING', bare(PROMISED.replace('>promise<', '>3个工作日<')), GOOD_ITEM, ITEM_BUNDLE, element='ie'),
    Case('PROMISE_TIMER_MISSING', bare(LEFT), GOOD_ITEM, ITEM_BUNDLE, element='w'),
    Case('PROMISE_EXCEEDED', bare(PROMISED.replace('>promise<', '>8个工作日<')), GOOD_ITEM, ITEM_BUNDLE, element='sub'),
    Case('PROMISE_MAY_BE_EXCEEDED', bare(step('9日')), bare(step('6日')), ITEM_BUNDLE, element='v'),
    Case('LIMIT_WALL_CLOCK', bare(step('P2D')), bare(step('PT4H')), ITEM_BUNDLE, element='v'),
    Case('LIMIT_BEFORE_ITS_BEGINNING', bare(step('promise - 9个工作日')), bare(step('promise - 2个工作日')), ITEM_BUNDLE, element='s'),
    Case('PROMISE_OVER_STATUTORY', GOOD_ITEM, GOOD_ITEM, {'item_toml': ITEM.replace('20个工作日', '5个工作日')}, ITEM_BUNDLE, element=None),
    Case(
        'PROMISE_UNDEFINED',
        bare(PROMISED),
        GOOD_ITEM,
        {'item_toml': ITEM.replace('"promised"', '"instant"').replace('promise = "7个工作日"\n', '')},
        ITEM_BUNDLE,
        element='t',
    ),
    Case(
        'HANDLER_NOT_ALLOWED',
        bare(
            PROMISED.replace(
                '<bpmn:userTask id="v" camunda:candidateGroups="w1"></bpmn:userTask>', node('serviceTask', 'v', camunda_topic='other')
            )
        ),
        GOOD_ITEM,
        {'item_toml': ITEM.replace('[limits]', 'allowed_handlers = ["one"]\n[limits]')},
        ITEM_BUNDLE,
        element='v',
    ),
    Case(
        'FIELD_UNKNOWN',
        bare(
            PROMISED.replace('id="v" camunda', 'id="v" default="v_ie" camunda').replace(
                '</bpmn:subProcess>', node('endEvent', 'ie2') + flows('v>ie2?anwser = 1') + '</bpmn:subProcess>'
            )
        ),
        GOOD_ITEM,
        ITEM_BUNDLE,
        element='v',
    ),
    Case(
        'FIELD_PERHAPS_UNKNOWN',
        diagram(TOLD.format('fee'), 'start>h>v>end'),
        diagram(TOLD.format('case.number'), 'start>h>v>end'),
        ITEM_BUNDLE,
        element='v',
    ),
    Case(
        'TEXT_NAME_UNKNOWN',
        bare(PROMISED.replace('id="v"', 'id="v" camunda:formRef="f"')),
        bare(PROMISED.replace('id="v"', 'id="v" camunda:formRef="f"')),
        {**ITEM_BUNDLE, 'f_form': FORM.replace('"id"', '"label":"{{answre}}","id"')},
        {**ITEM_BUNDLE, 'f_form': FORM.replace('"id"', '"label":"{{answer}}","id"')},
        element='v',
    ),
]
