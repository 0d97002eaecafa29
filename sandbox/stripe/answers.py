"""Refunds, customers, disputes and the account as the JSON objects Stripe answers with.

Fields follow stripe/openapi's fixtures and the API version `VERSION`; references are ids (see expanding.py).
"""

from sandbox.stripe.payment_answers import Answer, payment_method_id
from sandbox.stripe.records import Customer, Dispute, Payment, Refund

VERSION = "2026-10-28.endive"
DISPUTE_DUE_AFTER_S = 14 * 24 * 60 * 60
ASKED_FOR_S = 45 * 24 * 60 * 60
OPEN = ("pending", "requires_action")


def refund_answer(refund: Refund, payment: Payment, now: float) -> Answer:
    status = refund.status(now)
    answer: Answer = {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": None if status in OPEN else f"txn_{refund.id}",
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "customer": payment.customer,
        "customer_account": None,
        "destination_details": _destination(payment, status),
        "metadata": dict(refund.metadata),
        "payment_intent": payment.intent,
        "payment_method": payment_method_id(payment),
        "reason": refund.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        answer["pending_reason"] = "processing"
    if status == "failed":
        answer["failure_reason"] = refund.failure_reason()
        answer["failure_balance_transaction"] = f"txn_failure_{refund.id}"
    if status == "requires_action":
        email = {"email_sent_at": refund.created, "email_sent_to": f"{payment.charge}@example.com"}
        details = {"email_sent": email, "expires_at": refund.created + ASKED_FOR_S}
        answer["next_action"] = {"type": "display_details", "display_details": details}
    return answer


def customer_answer(customer: Customer) -> Answer:
    return {
        "id": customer.id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": customer.created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": customer.email,
        "invoice_prefix": "SANDBOX",
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": customer.name,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def dispute_answer(dispute: Dispute, payment: Payment, now: float) -> Answer:
    due_by = dispute.created + DISPUTE_DUE_AFTER_S
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": now > due_by,
            "submission_count": 0,
        },
        "is_charge_refundable": dispute.is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": payment.intent,
        "payment_method_details": {
            "card": {
                "brand": "visa",
                "case_type": "inquiry" if dispute.is_inquiry else "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": dispute.reason,
        "status": "warning_needs_response" if dispute.is_inquiry else "needs_response",
    }


def account_answer() -> Answer:
    return {
        "id": "acct_sandbox",
        "object": "account",
        "business_profile": {"name": "Sandbox Store", "support_email": "help@example.com"},
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Sandbox Store", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def _destination(payment: Payment, status: str) -> Answer:
    if payment.method == "card":
        reference = "pending" if status == "pending" else "available"
        return {"card": {"reference_status": reference, "type": "refund"}, "type": "card"}
    return {
        "us_bank_transfer": {"reference": None, "reference_status": "pending"},
        "type": "us_bank_transfer",
    }
