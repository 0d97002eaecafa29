"""Is a refund the one that was meant? Its payment, its amount and its currency have to say so. Pure.

A record that answers our question and is about something else is never taken for ours: somebody copied the
mark, or wrote into the database, or something between us and Stripe mixed up its answers.
"""

import stripe

from workflows.effects.stripe_payments import id_of
from workflows.money import shown


def unlike(refund: stripe.Refund, payment: str, amount: int, currency: str) -> str | None:
    """What is otherwise than it should be, to go on after the refund's name; None when nothing is."""
    said = []
    of = id_of(refund.payment_intent), id_of(refund.charge)
    if payment not in of:
        said.append(f"is a refund of {of[0] or of[1] or 'no payment'}, not of {payment}")
    if (refund.amount, refund.currency) != (amount, currency):
        said.append(f"is of {shown(refund.amount, refund.currency)}, not of {shown(amount, currency)}")
    return " and ".join(said) or None
