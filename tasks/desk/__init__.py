"""A clerk's desk: the worklist and the verbs on user tasks."""
