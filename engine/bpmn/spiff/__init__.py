"""SpiffWorkflow's task lifecycle with this house's meaning of every BPMN element.

`data` and `token` say what a token is and carries, `scope` what it lives in, `nodes`, `gateways`, `events`, `loops` and `nesting` what each
element does, `assemble` builds their graph from a diagram, `expressions` evaluates FEEL, `report` turns tokens into `Changes` and `codec`
writes and reads the state.
"""
