"""A double of Stripe's refund corner: what Signoff calls, kept to Stripe's rules, reached over HTTP only."""
