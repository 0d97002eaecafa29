"""The parts of a bot that meet the outside or the database, each made once and in one place.

The defaults are the ones that serve. The crash matrix puts its own around them, so that it can kill the bot
before and after every commit and every call.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import stripe

from bot.doctor.model import chosen_model
from bot.posting import Poster
from bot.settings import Config, Environment
from store.sqlite import Database
from workflows.bells import Bells
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import SystemOfRecord
from workflows.models.chat import ChatModel


@dataclass(frozen=True)
class Parts:
    """Constructors with the signatures of their defaults."""

    database: Callable[[Path, datetime], Awaitable[Database]] = Database.open
    slack_http: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession
    slack_socket: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession
    stripe_http: Callable[..., stripe.HTTPXClient] = stripe.HTTPXClient
    refunds: Callable[[stripe.StripeClient], SystemOfRecord] = StripeRefunds
    ledger: Callable[..., Ledger] = Ledger
    poster: Callable[..., Poster] = Poster
    model: Callable[[Environment, Config], ChatModel | None] = chosen_model
    bells: Callable[[], Bells] = Bells


REAL_PARTS = Parts()
