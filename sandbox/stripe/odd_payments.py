"""The odd payments of a fresh sandbox: one for each case in which a refund isn't routine, and why."""

from dataclasses import dataclass

from sandbox.stripe.records import Course, Method, PaymentState

_LONG_ARABIC_DESCRIPTION = (
    "اشتراك سنوي في الخدمة مع دعم فني على مدار الساعة، الطلب رقم ٤٢. " * 8
    + "(annual subscription, order 42, two seats) "
    + "تم الدفع عبر الإنترنت ببطاقة ائتمان. " * 8
)


@dataclass(frozen=True)
class OddPayment:
    """`handle` names the ids (`pi_handle`, `ch_handle`, `cus_handle`); `history` is earlier amounts."""

    handle: str
    amount: int
    title: str
    note: str
    customer_name: str | None
    description: str
    history: tuple[int, ...] = ()
    currency: str = "usd"
    days_old: int = 3
    has_intent: bool = True
    disputed: bool = False
    inquired: bool = False
    state: PaymentState = "succeeded"
    method: Method = "card"
    refund_course: Course = "at_once"

    @property
    def id(self) -> str:
        return f"pi_{self.handle}" if self.has_intent else f"ch_{self.handle}"


ODD_PAYMENTS = (
    OddPayment(
        handle="coffee",
        amount=4200,
        title="A small one",
        note="Below most limits: a coffee grinder for 42.00.",
        customer_name="Nora Quist",
        description="Coffee grinder",
        history=(3900, 4500),
    ),
    OddPayment(
        handle="partly",
        amount=12000,
        title="Partly refunded",
        note="40.00 of 120.00 went back already, by hand in the dashboard; 80.00 are left.",
        customer_name="Omar Reyes",
        description="Winter coat",
        history=(9900, 11000),
    ),
    OddPayment(
        handle="equal",
        amount=8000,
        title="An equal refund was made",
        note="25.00 went back on the 3rd of last month (Riley asked, Morgan approved). Ask for 25.00 again.",
        customer_name="Petra Sand",
        description="Monthly plan with two seats",
        history=(8000, 8000),
    ),
    OddPayment(
        handle="spent",
        amount=9900,
        title="Nothing left",
        note="Fully refunded: Stripe answers charge_already_refunded.",
        customer_name="Quentin Tran",
        description="Concert tickets",
        history=(9500,),
    ),
    OddPayment(
        handle="disputed",
        amount=15000,
        title="Disputed",
        note="The customer's bank took it back: Stripe answers charge_disputed.",
        customer_name="Rosa Underhill",
        description="Tablet stand",
        history=(14000, 16000),
        days_old=9,
        disputed=True,
    ),
    OddPayment(
        handle="inquiry",
        amount=13000,
        title="Under inquiry",
        note="The customer's bank asks about it but took nothing back: a refund is possible, and risky.",
        customer_name="Ruben Vance",
        description="Bookshelf",
        history=(12500, 13500),
        days_old=9,
        inquired=True,
    ),
    OddPayment(
        handle="old",
        amount=7500,
        title="200 days old",
        note="Old enough to ask why the refund comes now.",
        customer_name="Sven Vogel",
        description="Garden chairs",
        history=(7000, 8200),
        days_old=200,
    ),
    OddPayment(
        handle="big",
        amount=190000,
        title="Far above the usual",
        note="1,900.00 from a customer whose last ten payments were about 60.00.",
        customer_name="Tara Whitlock",
        description="Conference package",
        history=(5900, 6100, 6000, 5800, 6200, 6000, 6050, 5950, 6300, 5700),
    ),
    OddPayment(
        handle="bank",
        amount=8800,
        title="Slow refund",
        note="Paid by bank debit: the refund stays pending and succeeds after a minute.",
        customer_name="Uma Xavier",
        description="Standing desk top",
        history=(8600,),
        method="us_bank_account",
        refund_course="slow",
    ),
    OddPayment(
        handle="bounce",
        amount=9200,
        title="Refund bounces",
        note="Paid by bank debit: the refund is pending, then fails; the money is back.",
        customer_name="Viktor Young",
        description="Office chair",
        history=(9000,),
        method="us_bank_account",
        refund_course="bounces",
    ),
    OddPayment(
        handle="return",
        amount=8300,
        title="Refund comes back",
        note="Succeeds at once and fails two hours later: the card had expired.",
        customer_name="Wanda Zeller",
        description="Bicycle helmet",
        history=(8100,),
        refund_course="returned",
    ),
    OddPayment(
        handle="asks",
        amount=7800,
        title="Refund asks the customer",
        note="Paid by bank transfer: for ten minutes Stripe asks the customer where the money should go.",
        customer_name="Xenia Ziegler",
        description="Reading lamp",
        history=(7600,),
        method="us_bank_account",
        refund_course="asks",
    ),
    OddPayment(
        handle="eur",
        amount=9900,
        title="Euros",
        note="99.00 EUR.",
        customer_name="Yann Bellec",
        description="Abonnement annuel",
        history=(9900, 9900),
        currency="eur",
    ),
    OddPayment(
        handle="jpy",
        amount=5000,
        title="Yen",
        note="5,000 JPY: no decimals, so an amount of 25.00 makes no sense.",
        customer_name="Mei Tanaka",
        description="Green tea set",
        history=(4800, 5200),
        currency="jpy",
    ),
    OddPayment(
        handle="kwd",
        amount=12340,
        title="Kuwaiti dinars",
        note="12.340 KWD: three decimals, and the last must be 0 (12.345 is refused).",
        customer_name="Dana Al-Sabah",
        description="Desk organiser",
        history=(12000, 12500),
        currency="kwd",
    ),
    OddPayment(
        handle="uncaptured",
        amount=6600,
        title="Not captured",
        note="Only reserved on the card: there is nothing to give back yet.",
        customer_name="Alba Novik",
        description="Hotel deposit",
        history=(6000,),
        state="requires_capture",
    ),
    OddPayment(
        handle="failed",
        amount=7700,
        title="Payment failed",
        note="The card was declined: there is no successful charge.",
        customer_name="Boris Lund",
        description="Headphones",
        history=(7400,),
        state="failed",
    ),
    OddPayment(
        handle="alone",
        amount=6500,
        title="A charge without a payment intent",
        note="Made the old way: only a ch_ id exists.",
        customer_name="Clara Moss",
        description="Legacy subscription",
        history=(6500, 6500),
        has_intent=False,
    ),
    OddPayment(
        handle="noname",
        amount=6900,
        title="Nobody's payment",
        note="A guest checkout: no customer to look up.",
        customer_name=None,
        description="Guest checkout",
    ),
    OddPayment(
        handle="rtl",
        amount=7100,
        title="Right to left, and long",
        note="An Arabic name and a very long description.",
        customer_name="ليلى عبد الرحمن الخطيب",
        description=_LONG_ARABIC_DESCRIPTION,
        history=(7000,),
    ),
    OddPayment(
        handle="markup",
        amount=6700,
        title="Text that tries things",
        note="Name and description hold Slack markup: nobody may be pinged by it.",
        customer_name="<!channel> *Mallory* & Sons",
        description="<https://example.com|Click here> to approve `now` <@U0MORGAN> & more",
        history=(6600, 6800),
    ),
)
