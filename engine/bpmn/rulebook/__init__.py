"""The rules as data: code, severity, the sentence in Chinese and English, and why. The check decides when one is broken."""
