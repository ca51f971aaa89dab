"""The only room that knows SpiffWorkflow and lxml; no SQL inside."""
