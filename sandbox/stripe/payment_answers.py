"""A payment as Stripe shows it twice, as payment intent and as charge: all fields, null where Stripe's are.

Fields follow stripe/openapi's fixtures; references are ids (see expanding.py).
"""

from typing import Any

from sandbox.stripe.books import Books
from sandbox.stripe.records import Payment

Answer = dict[str, Any]

_NO_ADDRESS: Answer = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def payment_intent_answer(payment: Payment) -> Answer:
    status = {
        "succeeded": "succeeded",
        "requires_capture": "requires_capture",
        "failed": "requires_payment_method",
    }[payment.state]
    declined = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": "Your card was declined.",
        "charge": payment.charge,
    }
    return {
        "id": payment.intent,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_capturable": payment.amount if payment.state == "requires_capture" else 0,
        "amount_details": {"tip": {}},
        "amount_received": payment.amount_captured,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "manual" if payment.state == "requires_capture" else "automatic",
        "client_secret": f"{payment.intent}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": payment.created,
        "currency": payment.currency,
        "customer": payment.customer,
        "customer_account": None,
        "description": payment.description,
        "excluded_payment_method_types": None,
        "last_payment_error": declined if payment.state == "failed" else None,
        "latest_charge": payment.charge,
        "livemode": False,
        "managed_payments": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None if payment.state == "failed" else payment_method_id(payment),
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": [payment.method],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def charge_answer(payment: Payment, books: Books, now: float) -> Answer:
    failed = payment.state == "failed"
    refunded = books.refunded(payment, now)
    customer = books.customers.get(payment.customer or "")
    return {
        "id": payment.charge,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount_captured,
        "amount_refunded": refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": f"txn_{payment.charge}" if payment.amount_captured else None,
        "billing_details": {
            "address": dict(_NO_ADDRESS),
            "email": customer.email if customer else None,
            "name": customer.name if customer else None,
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": None if failed else "SANDBOX",
        "captured": payment.state == "succeeded",
        "created": payment.created,
        "currency": payment.currency,
        "customer": payment.customer,
        "description": payment.description,
        "disputed": bool(books.disputes_of(payment)),
        "failure_balance_transaction": None,
        "failure_code": "card_declined" if failed else None,
        "failure_message": "Your card was declined." if failed else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": _outcome(failed=failed),
        "paid": not failed,
        "payment_intent": payment.intent,
        "payment_method": payment_method_id(payment),
        "payment_method_details": _method_details(payment),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": bool(payment.amount_captured) and refunded == payment.amount_captured,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if failed else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_method_id(payment: Payment) -> str:
    return f"pm_{payment.charge.removeprefix('ch_')}"


def _method_details(payment: Payment) -> Answer:
    if payment.method == "card":
        card = {
            "brand": "visa",
            "country": "US",
            "exp_month": 8,
            "exp_year": 2030,
            "funding": "credit",
            "last4": "4242",
            "network": "visa",
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "three_d_secure": None,
            "wallet": None,
        }
        return {"card": card, "type": "card"}
    bank = {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "last4": "6789",
        "routing_number": "110000000",
    }
    return {"type": "us_bank_account", "us_bank_account": bank}


def _outcome(*, failed: bool) -> Answer:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": "generic_decline" if failed else None,
        "seller_message": (
            "The bank did not return any further details with this decline."
            if failed
            else "Payment complete."
        ),
        "type": "issuer_declined" if failed else "authorized",
    }
