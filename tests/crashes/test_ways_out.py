"""The two seams are whole: nothing here reaches Slack, Stripe, a model or the database around them."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.harness import ROOT

PACKAGES = ("bot", "workflows", "store")
DOCTOR = "bot/doctor/command.py"  # a process of its own, which only reads
# Whatever can open a connection, and where it is called, or a class of ours made from it. The seams lie in
# `bot/parts.py`: what is named there without being called is what the crash matrix puts its points around.
MAKERS = {
    "aiohttp.ClientSession": {DOCTOR},
    "stripe.HTTPXClient": {DOCTOR},
    "stripe.StripeClient": {"bot/bootstrap.py", DOCTOR, "bot/cli.py"},
    "slack_sdk.web.async_client.AsyncWebClient": {"bot/slack_client.py"},
    "bot.slack_client.SlackClient": {"bot/bootstrap.py"},
    "slack_sdk.webhook.async_client.AsyncWebhookClient": {"bot/answering.py"},
    "slack_bolt.adapter.socket_mode.aiohttp.AsyncSocketModeHandler": {"bot/way_in.py"},
    "langchain.chat_models.init_chat_model": {"workflows/models/connect.py"},
    "sqlite3.connect": {"store/sqlite.py", "store/backup.py", "store/thread_copy.py"},
    "aiosqlite.Connection": {"store/sqlite.py"},
    "aiosqlite.connect": set[str](),
    "asyncio.open_connection": set[str](),
    "asyncio.open_unix_connection": set[str](),
    "aiohttp.request": set[str](),
    "aiohttp.TCPConnector": set[str](),
}
UNUSED = (
    "ftplib", "grpc", "http.client", "httpx", "multiprocessing", "requests", "smtplib", "socket", "ssl",
    "subprocess", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
)  # fmt: skip
# What these make has no connection of its own: it is handed one.
HANDED = {
    "bot.slack_client.SlackClient": "session",
    "slack_sdk.webhook.async_client.AsyncWebhookClient": "session",
    "slack_bolt.adapter.socket_mode.aiohttp.AsyncSocketModeHandler": "web_client",
}
# stripe-python can also be called without a client, and then has a connection of its own.
STRIPE_CALLED = {"stripe.HTTPXClient", "stripe.StripeClient", "stripe.WebhookSignature.verify_header"}


def test_only_the_composition_makes_what_can_reach_the_outside() -> None:
    made = defaultdict(set)
    for file, source in _sources():
        tree = ast.parse(source)
        for name in [*(name for name, _ in _called(tree)), *_derived(tree)]:
            if name in MAKERS:
                made[name].add(file)
    assert {name: made[name] for name in MAKERS} == MAKERS


def test_no_other_package_that_can_open_a_connection_is_imported() -> None:
    found = [
        (file, name)
        for file, source in _sources()
        for name in _imported(ast.parse(source))
        if any(name == each or name.startswith(f"{each}.") for each in UNUSED)
    ]
    assert found == []


def test_what_talks_to_slack_is_handed_its_connection() -> None:
    calls = [(file, name, call) for file, name, call in _calls() if name in HANDED]
    assert len(calls) >= len(HANDED)
    for file, name, call in calls:
        assert HANDED[name] in {each.arg for each in call.keywords}, f"{file} makes {name} without it"


def test_stripe_is_called_by_a_client_that_was_handed_its_connection() -> None:
    called = {name for _, name, _ in _calls() if name.startswith("stripe.")}
    assert called - STRIPE_CALLED == {each for each in called if each.startswith("stripe.params.")}
    serving = [call for file, name, call in _calls() if (file, name) == ("bot/bootstrap.py", STRIPE_CLIENT)]
    assert [HTTP_CLIENT in {each.arg for each in call.keywords} for call in serving] == [True]


STRIPE_CLIENT, HTTP_CLIENT = "stripe.StripeClient", "http_client"


@pytest.mark.parametrize(
    "source",
    [
        "import aiohttp as a\na.ClientSession()",
        "from aiohttp import ClientSession as S\nS()",
        "def f():\n    from aiohttp import ClientSession\n    return [ClientSession()]",
    ],
)
def test_another_name_hides_no_client(source: str) -> None:
    assert [name for name, _ in _called(ast.parse(source))] == ["aiohttp.ClientSession"]


def test_a_class_of_ours_hides_no_client() -> None:
    source = "import aiohttp\nclass Ours(aiohttp.ClientSession): ..."
    assert list(_derived(ast.parse(source))) == ["aiohttp.ClientSession"]


def _sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text()


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for file, source in _sources():
        for name, call in _called(ast.parse(source)):
            yield file, name, call


def _called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call by the whole name of what is called, whatever it was imported as."""
    names = dict(_bound(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield _whole(node.func, names), node


def _derived(tree: ast.Module) -> Iterator[str]:
    """What the file's classes are made from."""
    names = dict(_bound(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from (_whole(each, names) for each in node.bases)


def _whole(node: ast.expr, names: dict[str, str]) -> str:
    head, dot, rest = ast.unparse(node).partition(".")
    return f"{names.get(head, head)}{dot}{rest}"


def _bound(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What the file's imports call things, and what those are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                head = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (head, head)
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)
