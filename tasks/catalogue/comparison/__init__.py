"""Two versions of an approval item side by side: diagram, limits, forms, materials, fees, catalogue, and what it saves (S-73)."""
