"""Evidence of the office: what is under the chain, who signs, who checks."""
