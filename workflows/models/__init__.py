"""The language-model gateway: one way to ask, recorded, bounded and paid for once."""
