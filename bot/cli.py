"""The commands: serve, and the ones that read what a bot has kept."""

import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import stripe
import structlog
import typer
import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins
from rich.console import Console
from rich.table import Column, Table

from bot import logs
from bot.bootstrap import installed, serving
from bot.doctor.command import diagnose
from bot.doctor.finding import Uninstalled
from bot.doctor.settings import refused
from bot.manifest import UnusableAddress, fitted, shipped
from bot.seal_key import known_keys
from bot.settings import Config, Environment, Home, SettingsError, read_config, read_environment
from bot.telling import tell_state, tell_story
from bot.winding_up import wind_up
from store import runs as run_rows
from store import seals
from store.backup import NotBackedUp, back_up
from store.errors import StoreError
from store.sqlite import open_for_reading
from store.transaction import Transaction
from workflows.effects.stripe_payments import StripePayments
from workflows.invariants import broken_rules

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Typer's own tracebacks show local variables, and with them what must not be shown.
    pretty_exceptions_enable=False,
    help="Signoff: a person decides, then it happens once.",
)
log = structlog.get_logger()
RUN_ID_WIDTH = 20

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


def main() -> None:
    app()


@app.command()
def serve() -> None:
    """Run the bot, on Slack's Socket Mode."""
    logs.configure()
    try:
        environment = read_environment()
        config = read_config(environment.signoff_config)
        try:
            asyncio.run(_serve(environment, config))
        except Uninstalled:
            asyncio.run(wind_up(environment, config))
            raise
    except SettingsError as error:
        for finding in refused(error):
            problems.print(f"signoff: {finding.said}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except StoreError as error:
        problems.print(f"signoff: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except Exception as error:
        # Whatever ends the bot is a line of its log, like all else.
        log.critical("ended_unexpectedly", exc_info=error)
        raise typer.Exit(1) from None


async def _serve(environment: Environment, config: Config) -> None:
    """Until it is told to stop, which ends a start that hangs as well as a bot that serves."""
    running = asyncio.create_task(_until_cancelled(environment, config), name="serving")

    def stop() -> None:
        # Told twice, it goes on with stopping.
        if not running.cancelling():
            running.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop)
    await asyncio.wait({running})
    if not running.cancelled():
        running.result()


async def _until_cancelled(environment: Environment, config: Config) -> None:
    async with serving(environment, config):
        await asyncio.Event().wait()


@app.command()
def runs(limit: Annotated[int, typer.Option(min=1, max=1000, help="how many, newest first")] = 20) -> None:
    """List the latest runs."""
    # A terminal of 80 columns must not cut the id that `show` asks for.
    run_id = Column("run", no_wrap=True, min_width=RUN_ID_WIDTH)
    table = Table(run_id, "workflow", "status", "requester", "asked", "outcome")
    with _reading() as tx:
        rows = run_rows.recent(tx, limit)
    for run in rows:
        asked = f"{run.created_at:%Y-%m-%d %H:%M}"
        table.add_row(run.id, run.workflow, run.status, run.requester, asked, run.outcome or "")
    console.print(table)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="a run's id, as `signoff runs` lists it")],
    state: Annotated[
        bool, typer.Option("--state", help="print the dehydrated state as JSON instead")
    ] = False,
) -> None:
    """Tell the whole story of a run."""
    with _reading() as tx:
        tenant = next((tenant for tenant, id in run_rows.all_ids(tx) if id == run), None)
        if tenant is None:
            problems.print(f"signoff: there is no run {run}", markup=False)
            raise typer.Exit(1)
        if state:
            console.print_json(json.dumps(tell_state(tx, tenant, run)))
        else:
            tell_story(tx, tenant, run, console)


@app.command()
def verify() -> None:
    """Check every promise that can be read from the data. Exit code 1 when one is broken."""
    try:
        keys = known_keys(Home())
    except SettingsError as error:
        problems.print(f"signoff: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    with _reading() as tx:
        count = len(run_rows.all_ids(tx))
        broken = broken_rules(tx, keys)
        newest = [seals.last(tx, tenant) for tenant in seals.tenants(tx)]
        unsealed = seals.count_unsealed(tx)
    for each in broken:
        of = each.run if each.run.startswith("seal ") else f"run {each.run}"
        console.print(f"{each.rule}: {of}: {each.text}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(1)
    console.print(f"{count} runs checked, every rule holds.")
    for seal in newest:
        if seal is not None:
            told = f"Sealed up to seal {seal.number} of {seal.sealed_at:%Y-%m-%d %H:%M:%S} UTC, {seal.mac}."
            console.print(told, markup=False, soft_wrap=True)
    if unsealed:
        console.print(f"{unsealed} runs have entries that no seal covers yet.")


@app.command()
def backup(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="the copy to make; it must not be there yet")],
) -> None:
    """Copy the database, whether a bot is running or not. docs/operations.md says how to go back to it."""
    file = Home().database_file
    _must_exist(file)
    try:
        made = back_up(file, copy)
    except NotBackedUp as error:
        problems.print(f"signoff: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    console.print(
        f"{copy}: {made.size_bytes:,} bytes, schema {made.schema}, {made.runs:,} runs of which "
        f"{made.waiting:,} wait. It was read through once, and is whole.",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def manifest(
    url: Annotated[
        str | None, typer.Option(help="where Slack reaches this bot over HTTP; without it, for Socket Mode")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON in a line instead of YAML")] = False,
) -> None:
    """Print the Slack app's manifest, with a command for each configured workflow."""
    file = Home().signoff_config
    try:
        # Loading a workflow reads no payment, so this needs no key.
        loaded = installed(file, read_config(file), StripePayments(stripe.StripeClient("sk_test_unused")))
        fitting = fitted(shipped(), [each.workflow for each in loaded.all()], url)
    except (SettingsError, UnusableAddress) as error:
        problems.print(f"signoff: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(fitting) if as_json else yaml.safe_dump(fitting, sort_keys=False).rstrip())


@app.command()
def doctor() -> None:
    """Check settings, Slack, Stripe and the database: a line each. Exit code 1 when one is wrong."""
    logs.configure()
    findings = asyncio.run(diagnose())
    for each in findings:
        console.print(each.line, markup=False, soft_wrap=True)
    if not all(each.is_right for each in findings):
        raise typer.Exit(1)


@contextmanager
def _reading() -> Iterator[Transaction]:
    """One consistent picture of the database under SIGNOFF_HOME, whether a bot is running or not."""
    file = Home().database_file
    _must_exist(file)
    with closing(open_for_reading(file)) as connection:
        connection.execute("BEGIN")
        yield Transaction(connection)


def _must_exist(file: Path) -> None:
    if not file.exists():
        problems.print(f"signoff: there is no database at {file}; set SIGNOFF_HOME.", markup=False)
        raise typer.Exit(1)
