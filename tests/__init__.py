"""Tests. Tiers: unit (pure), store, sandbox, scenarios and crashes (real processes), browser."""
