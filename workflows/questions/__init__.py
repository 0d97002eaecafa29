"""Questions to people: how any of them is put, and the two that are Signoff's own rather than a graph's."""
