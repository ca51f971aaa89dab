"""What other products write into a diagram, as data: what is read past, read past with a note, refused, or must be decided by the analyst.

Names are those of attributes and extension elements of the `camunda:`, `flowable:`, `activiti:` and `zeebe:` namespaces; the attributes
that are read stand in `engine.bpmn.dialect.ATTRIBUTES`. A name in no list is reported: as a misspelt one where it looks like a known one.
"""

from __future__ import annotations

from collections.abc import Mapping

Both = tuple[str, str]

CAMUNDA_LIKE = frozenset(
    {
        'http://camunda.org/schema/1.0/bpmn',
        'http://activiti.org/bpmn',
        'http://flowable.org/bpmn',
        'http://www.activiti.org/bpmn',
        'http://operaton.org/schema/1.0/bpmn',
        'http://cibseven.org/schema/1.0/bpmn',
        'http://eximeebpms.org/schema/1.0/bpmn',
    }
)
ZEEBE = 'http://camunda.org/schema/zeebe/1.0'
VENDORS = CAMUNDA_LIKE | {ZEEBE}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _same(reason: Both, text: str) -> dict[str, Both]:
    return dict.fromkeys(text.split(), reason)


READ_PAST = _words(
    # how jobs, history and versions are kept by that product
    """async asyncBefore asyncAfter asyncLeave asyncComplete completeAsync exclusive asyncLeaveExclusive noWaitStatesAsyncLeave jobPriority
    jobCategory taskPriority failedJobRetryTimeCycle versionTag historyTimeToLive historyLevel isEagerExecutionFetching
    parallelInSameTransaction sameDeployment fallbackToDefaultTenant calledElementTenantId decisionRefTenantId processDefinitionTenantId
    enableDebugger retries
    """
    # who may start, and how its list of processes looks
    """isStartableInTasklist candidateStarterGroups candidateStarterUsers potentialStarter initiator category processCategory
    startableInTasklist
    """
    # which version of a form, decision or element template is meant: here always the one of the bundle
    """formRefBinding formRefVersion decisionRefBinding decisionRefVersion decisionRefVersionTag formFieldValidation formType
    modelerTemplate modelerTemplateVersion modelerTemplateIcon diagramRelationId calledElementType task-candidates-type
    work-form-field-validation
    """
    # how scripts, variables and Camunda 8's tasks and messages are kept
    'autoStoreVariables doNotIncludeVariables inheritVariables userTask'
)
"""Read past in silence: nothing of it can be seen in what a case does."""

_CLOCK: Both = ('期限请用边界定时事件', 'use a boundary timer for deadlines')
_ORDER: Both = ('列表按剩余时间排序', 'lists are sorted by time left')
_CALLED: Both = ('被调用流程总是同一包内的版本', 'the called process is always the one in the same bundle')
_BUTTONS: Both = ('办理页面的按钮由本系统提供', "the buttons of a task's page are this house's own")
_LABEL: Both = ('只是在原工具中显示的文字', 'it is only a text shown by that product')
_FIELDS: Both = ('字段是否可见、可改由表单决定', 'what can be seen and changed is said by the form')
_KEPT: Both = ('办理人、编号等由本系统自己记录', 'who did what, and its number, are kept here without it')
_PAGE: Both = ('办理页面和消息由本系统提供', "the task's page and messages are this house's own")
NOTED: Mapping[str, Both] = {
    **_same(_CLOCK, 'dueDate followUpDate taskSchedule businessCalendarName timeoutHandlerEnable timeoutHandler'),
    **_same(_ORDER, 'priority priorityDefinition'),
    'subscription': ('消息按办件关联', 'messages are correlated with the case'),
    'taskHeaders': ('任务头不传给处理程序', 'task headers are not given to handlers'),
    'userTaskForm': ('内嵌的 Camunda 8 表单未读取，请另存为 .form 文件', 'embedded Camunda 8 forms are not read; save them as .form files'),
    **_same(_CALLED, 'calledElementBinding calledElementVersion calledElementVersionTag'),
    **_same(_BUTTONS, 'button buttons buttonsSetting buttonSetting actionButtons operations'),
    **_same(_LABEL, 'text showText userName userNames assigneeName candidateName groupName localization localizationelement nodeType'),
    **_same(_FIELDS, 'fieldsPermission fieldPermission formOperates formPermission formVariable formName formConf validateFormFields'),
    **_same(_KEPT, 'taskIdVariableName taskCompleterVariableName processInstanceIdVariableName processInstanceName owner'),
    **_same(_PAGE, 'signEnable reasonRequire messageEnable customResource chartOrchestration linkedResources allowSendBack'),
}
"""Read past with a note: the task or process is worked as drawn, and the analyst should know what is left out."""

_LISTENER: Both = (
    '不会执行任何监听器代码。设变量请画脚本任务，指定办理人请用办理人或候选组，其余请去掉',
    'listeners are program code, never run. Set variables in a script task, name people by assignee or candidate groups, drop others',
)
_MAPPING: Both = ('变量映射请逐项写明', 'write the mappings of variables one by one')
_EVENT: Both = ('不支持事件登记，请用消息', 'the event registry is not run; use messages')
CHANGES: Mapping[str, Both] = {
    **_same(_LISTENER, 'executionListener taskListener executionListeners taskListeners eventListener'),
    'connector': ('不支持连接器，请用服务任务的 topic', 'connectors are not run; use the topic of a service task'),
    'skipExpression': ('不支持跳过表达式，请画排他网关', 'draw an exclusive gateway instead'),
    'errorEventDefinition': ('不支持按表达式产生错误', 'errors by expression are not raised'),
    'mapException': ('不支持按异常产生错误', 'errors by exception are not raised'),
    'caseRef': ('不支持 CMMN 案例', 'CMMN cases are not run'),
    'resource': ('条件不得引用外部脚本', 'a condition may not be an external script'),
    'triggerable': ('服务任务不等待回调，请用接收任务', 'a service task waits for no answer; use a receive task'),
    'endDate': ('请写在周期中，如 R/PT1H', 'write it into the cycle'),
    **_same(_MAPPING, 'variableMappingClass variableMappingDelegateExpression'),
    **_same(
        _EVENT,
        """eventType eventName channelKey channelType channelDestination triggerEventType eventInParameter eventOutParameter
        eventCorrelationParameter sendSynchronously systemChannel keyDetectionType keyDetectionValue
        """,
    ),
    'publishMessage': ('请用主题指明发送的处理程序', 'name the handler that sends it by topic'),
    **_same(('请用终止结束事件画在流程中', 'draw a terminate end event in the process itself'), 'terminateAll terminateMultiInstance'),
    'approveType': ('自动通过或拒绝请画成流向', 'draw what is passed or refused by itself as flows'),
}
"""Refused: it changes the way of a token, who works, or what is written, and nothing here does it."""

CHANGES_NOTHING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(('triggerable', 'terminateAll', 'terminateMultiInstance', 'sendSynchronously'), frozenset({'false'})),
    'approveType': frozenset({'1'}),
}
"""The values with which a word of CHANGES means what happens anyway."""

NOT_KNOWN: Both = ('本系统没有赋予它含义', 'nothing here gives it a meaning')

WHO: frozenset[str] = _words(
    """candidateStrategy candidateParam dataType userType assigneeType assignType assignedType candidateType approverType approvalType
    approveMethod approveRatio assignEmptyHandlerType assignEmptyUserIds assignStartUserHandlerType groupType multipleType idmAssignee
    idmCandidateUsers idmCandidateGroups
    """
)
"""Who works a task, said in a way only that product reads: the analyst names the window."""

RETURNS: frozenset[str] = _words('rejectHandlerType rejectReturnTaskId returnTaskId')
"""Where a refused task goes back to, without a flow that is drawn: the analyst draws it."""

DECORATION: Mapping[str, Both] = {
    'http://bpmn.io/schema/bpmn/biocolor/1.0': ('颜色', 'colours'),
    'http://www.omg.org/spec/BPMN/non-normative/color/1.0': ('颜色', 'colours'),
    'http://camunda.org/schema/modeler/1.0': ('编辑器的设置', 'settings of the editor'),
    'http://flowable.org/design': ('编辑器的图形种类', "the editor's kinds of shapes"),
    'http://flowable.org/modeler': ('编辑器的设置', 'settings of the editor'),
    'http://activiti.com/modeler': ('编辑器的设置', 'settings of the editor'),
    'http://www.signavio.com': ('编辑器的设置', 'settings of the editor'),
    'http://www.signavio.com/bpmn20': ('编辑器的设置', 'settings of the editor'),
    'http://www.bizagi.com/bpmn20': ('编辑器的设置', 'settings of the editor'),
    'http://www.trisotech.com/2014/triso/bpmn': ('编辑器的设置', 'settings of the editor'),
    'http://www.trisotech.com/2015/triso/modeling': ('编辑器的设置', 'settings of the editor'),
    'http://www.bpsim.org/schemas/1.0': ('仿真参数', 'parameters of a simulation'),
    'http://www.bpsim.org/schemas/2.0': ('仿真参数', 'parameters of a simulation'),
    'http://www.jboss.org/bpsim': ('仿真参数', 'parameters of a simulation'),
    'http://www.omg.org/spec/BPMN/20100524/DI': ('图形', 'the drawing'),
    'http://www.omg.org/spec/DD/20100524/DC': ('图形', 'the drawing'),
    'http://www.omg.org/spec/DD/20100524/DI': ('图形', 'the drawing'),
}
"""Foreign namespaces that only describe."""

_SPIFF = 'http://spiffworkflow.org/bpmn/schema/1.0/core'
_SCRIPT: Both = ('请画成脚本任务（FEEL）', 'draw a script task (FEEL)')
_WORK: Both = ('请用 topic 指明处理程序', 'name a handler by topic')
_FORM: Both = ('请另存为 .form 文件，用 formRef 指明', 'save it as a .form file and name it by formRef')
MEANING: Mapping[str, Mapping[str, Both]] = {
    _SPIFF: {
        **_same(_SCRIPT, 'preScript postScript'),
        'serviceTaskOperator': _WORK,
        'calledDecisionId': ('请用 decisionRef 指明决策', 'name the decision by decisionRef'),
        'properties': _FORM,
        **_same(('变量请写在消息的映射中', 'map the variables'), 'messagePayload messageVariable'),
        'processVariableCorrelation': ('消息按办件关联', 'messages are correlated with the case'),
        'scriptsOnInstances': _SCRIPT,
        'isOutputSynchronous': _WORK,
    },
    'http://www.jboss.org/drools': {
        **_same(_SCRIPT, 'onEntry-script onExit-script'),
        'taskName': _WORK,
        'ruleFlowGroup': ('请用 decisionRef 指明决策', 'name the decision by decisionRef'),
    },
    'http://www.bonitasoft.org/ns/bpmn/extensions': {'connector': _WORK},
    'http://xmlns.oracle.com/bpm/OracleExtensions': {'Script': _SCRIPT},
}
"""Foreign namespaces whose words do something in their product: what does it here instead. Their other words only describe."""


def lost(space: str, name: str, text: str) -> Both | None:
    """What to use instead of a foreign word that does something; None when it only describes, or nobody here knows it."""
    if space == _SPIFF and name == 'properties' and 'formJsonSchemaFilename' not in text:
        return None
    return MEANING.get(space, {}).get(name)


def changes(name: str, value: str) -> bool:
    """Whether a vendor's word asks for something that nothing here does."""
    return name in CHANGES and value.strip().lower() not in CHANGES_NOTHING.get(name, ())
