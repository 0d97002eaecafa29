"""The schema: a tenant stands in every key, index and query of ours."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import store.migrate
from store.migrate import migrate
from store.statements import statements

PACKAGE = Path(store.migrate.__file__).parent
FILES = sorted(file.stem for file in (PACKAGE / "queries").glob("*.sql"))
OF_LANGGRAPH = {"checkpoints", "writes"}
WITHOUT_TENANT = {"boots"}  # the owner of the file is one for all tenants
# For commands on the machine itself.
ACROSS_TENANTS = {
    ("audit", "without_run"),
    ("runs", "all_ids"),
    ("runs", "count_all"),
    ("runs", "recent"),
    ("runs", "open_tenants"),
    ("outbox", "dead"),
    ("seals", "tenants"),
    ("seals", "count_unsealed"),
}
POLLED = [
    ("runs", "due", "runs_due"),
    ("runs", "orphans", "runs_running"),
    ("approvals", "expired", "approvals_expiring"),
    ("effects", "due_looks", "effects_looks"),
    ("effects", "doubts_due", "effects_in_doubt"),
    ("effects", "of_record", "effects_records"),
    ("outbox", "waiting", "outbox_due"),
    ("outbox", "waiting_channels", "outbox_due"),
    ("outbox", "dead_followers", "outbox_of_run"),
    ("deliveries", "forget_before", "deliveries_seen"),
    ("runs", "to_look_at", "runs_to_look_at"),
    ("runs", "look_again_in", "runs_in_channel"),
    ("runs", "look_again_for", "runs_open"),
    ("runs", "look_again_after", "runs_to_look_at"),
    ("seals", "last", "sqlite_autoindex_seals_1"),
    ("approvals", "pending_policies", "approvals_by_policy"),
    ("approvals", "newly_stuck", "approvals_by_policy"),
    ("approvals", "no_longer_stuck", "approvals_by_policy"),
]


@pytest.fixture
def schema(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        migrate(connection, file)
        yield connection


def our_tables(schema: sqlite3.Connection) -> list[str]:
    names = schema.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted({name for (name,) in names} - OF_LANGGRAPH - WITHOUT_TENANT)


def columns(schema: sqlite3.Connection, index: str) -> list[str]:
    return [name for _, _, name in schema.execute(f"PRAGMA index_info('{index}')")]


def all_statements() -> Iterator[tuple[str, str, str]]:
    for file in FILES:
        for name, sql in statements(file).items():
            yield file, name, sql


def test_every_table_has_the_tenant_first_in_a_key(schema: sqlite3.Connection) -> None:
    for table in our_tables(schema):
        unique = [
            columns(schema, index)
            for _, index, is_unique, *_ in schema.execute(f"PRAGMA index_list('{table}')")
            if is_unique
        ]
        assert unique, f"{table} has no key"
        assert all(key[0] == "tenant" for key in unique), f"{table}: {unique}"


def test_every_index_begins_with_the_tenant(schema: sqlite3.Connection) -> None:
    for table in our_tables(schema):
        for _, index, *_ in schema.execute(f"PRAGMA index_list('{table}')").fetchall():
            assert columns(schema, index)[0] == "tenant", f"{index} on {table}"


def test_every_reference_between_tables_carries_the_tenant(schema: sqlite3.Connection) -> None:
    for table in our_tables(schema):
        keys: dict[int, set[tuple[str, str]]] = {}
        for number, _, parent, here, there, *_ in schema.execute(f"PRAGMA foreign_key_list('{table}')"):
            if parent not in WITHOUT_TENANT:
                keys.setdefault(number, set()).add((here, there))
        assert all(("tenant", "tenant") in key for key in keys.values()), f"{table}: {keys}"


def test_every_table_is_strict(schema: sqlite3.Connection) -> None:
    listed = {row[1]: bool(row[5]) for row in schema.execute("PRAGMA table_list")}
    assert all(listed[table] for table in [*our_tables(schema), *WITHOUT_TENANT])


def test_every_query_names_the_tenant(schema: sqlite3.Connection) -> None:
    tables = our_tables(schema)
    for file, name, sql in all_statements():
        touched = [table for table in tables if re.search(rf"\b{table}\b", sql)]
        if touched and (file, name) not in ACROSS_TENANTS:
            assert ":tenant" in sql, f"{file}.{name} touches {touched}"
            for joined in re.findall(r"JOIN .*? ON (.*)", sql):
                assert re.search(r"(\w+)\.tenant = (\w+)\.tenant", joined), f"{file}.{name} joins {joined}"


def test_every_statement_is_sql_this_schema_understands(schema: sqlite3.Connection) -> None:
    for _, name, sql in all_statements():
        if name.startswith("memory_"):  # these make the tables that are here already
            continue
        named = dict.fromkeys(re.findall(r":(\w+)", sql))
        schema.execute(f"EXPLAIN {sql}", named if named else [None] * sql.count("?"))


@pytest.mark.parametrize(("queries", "name", "index"), POLLED, ids=str)
def test_what_is_asked_all_the_time_is_answered_from_an_index(
    schema: sqlite3.Connection, queries: str, name: str, index: str
) -> None:
    sql = statements(queries)[name]
    named = dict.fromkeys(re.findall(r":(\w+)", sql))
    plan = [row[3] for row in schema.execute(f"EXPLAIN QUERY PLAN {sql}", named)]
    assert any(f"INDEX {index} " in step for step in plan), plan


def test_the_heads_to_be_sealed_are_found_without_reading_the_record(schema: sqlite3.Connection) -> None:
    sql = statements("seals")["unsealed_heads"]
    plan = [row[3] for row in schema.execute(f"EXPLAIN QUERY PLAN {sql}", {"tenant": None, "limit": None})]
    assert plan[0] == "SEARCH u USING PRIMARY KEY (tenant=?)"
    assert "SEARCH a USING PRIMARY KEY (tenant=? AND run=? AND seq=?)" in plan
    assert not [step for step in plan if "SCAN" in step]


def test_the_tables_of_langgraph_are_those_its_own_saver_makes(schema: sqlite3.Connection) -> None:
    from langgraph.checkpoint.sqlite import SqliteSaver

    with closing(sqlite3.connect(":memory:")) as stock:
        SqliteSaver(stock).setup()
        for table in OF_LANGGRAPH:
            question = f"PRAGMA table_info('{table}')"
            assert schema.execute(question).fetchall() == stock.execute(question).fetchall()
