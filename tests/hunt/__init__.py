"""The hunt: hypothesis drives everything but Slack through whatever may happen, against a plain model.

The use cases, the engine, the ledger, SQLite and stripe-python are the real ones, in a process that is really
killed; Stripe is the sandbox's, over HTTP.
"""
