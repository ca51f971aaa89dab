"""The documents (文书) of a case, printed and numbered."""
