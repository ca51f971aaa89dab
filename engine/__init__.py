"""Durable BPMN with working time: definitions, instances, user tasks, timers, messages, incidents, history."""
