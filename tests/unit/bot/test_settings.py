"""Whatever is wrong with a setting is refused by name: the variable, or the file and the key."""

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.settings import (
    Config,
    Environment,
    Home,
    SettingsError,
    SlackSettings,
    read_config,
    read_environment,
)
from workflows.approvals.policy import Policy
from workflows.graphs.registry import UnknownWorkflow, load
from workflows.models.connect import ModelSettings
from workflows.workflow import WorkflowSettings

EXAMPLE = Path(__file__).parents[3] / "signoff.toml.example"
VARIABLES = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "STRIPE_API_KEY": "sk_test_1",
}
OPTIONAL = [
    "SLACK_API_URL",
    "STRIPE_API_BASE",
    "SIGNOFF_ALLOW_LIVE",
    "SIGNOFF_ALLOW_TRACING",
    "SIGNOFF_HOME",
    "SIGNOFF_CONFIG",
    "SIGNOFF_CLOCK_FILE",
    "SIGNOFF_HTTP_HOST",
    "SIGNOFF_HTTP_PORT",
    "SLACK_SIGNING_SECRET",
    "STRIPE_WEBHOOK_SECRET",
    "SIGNOFF_SEAL_KEY",
    "SIGNOFF_MODEL",
    "OPENAI_BASE_URL",
]
SANDBOX = "http://127.0.0.1:8700/slack/api/"

REFUND = """
[workflows.refund]
channel = "C0REFUNDS"
approvers = { groups = ["S0LEADS"] }
"""


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The least that is needed, and nothing else."""
    for name in OPTIONAL:
        monkeypatch.delenv(name, raising=False)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refusal(folder: Path, text: str) -> str:
    file = folder / "signoff.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_config(file)
    return str(refused.value).replace(str(file), "FILE")


class TestEnvironment:
    def test_three_secrets_are_enough_and_the_rest_has_defaults(self, variables: pytest.MonkeyPatch) -> None:
        environment = read_environment()
        assert environment.slack_api_url == "https://slack.com/api/"
        assert environment.signoff_config == Path("signoff.toml")
        assert environment.database_file == Path(".signoff/signoff.db")
        assert not environment.in_sandbox

    @pytest.mark.parametrize("name", VARIABLES)
    @pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
    def test_a_missing_or_empty_secret_is_named(
        self, variables: pytest.MonkeyPatch, name: str, value: str | None
    ) -> None:
        if value is None:
            variables.delenv(name)
        else:
            variables.setenv(name, value)
        with pytest.raises(SettingsError) as refused:
            read_environment()
        assert str(refused.value) == f"the environment: {name}: is missing"

    def test_all_that_is_missing_is_named_at_once(self, variables: pytest.MonkeyPatch) -> None:
        for name in VARIABLES:
            variables.delenv(name)
        with pytest.raises(SettingsError) as refused:
            read_environment()
        assert [name for name in VARIABLES if name in str(refused.value)] == list(VARIABLES)

    @pytest.mark.parametrize("name", OPTIONAL)
    def test_an_empty_optional_variable_is_as_good_as_none(
        self, variables: pytest.MonkeyPatch, name: str
    ) -> None:
        before = read_environment()
        variables.setenv(name, "")
        assert read_environment() == before

    def test_secrets_do_not_show_when_the_settings_are_printed_or_logged(
        self, variables: pytest.MonkeyPatch
    ) -> None:
        shown = repr(read_environment()) + str(read_environment())
        assert not [value for value in VARIABLES.values() if value in shown]

    @pytest.mark.parametrize("key", ["short", " ", ",", "x" * 31, f"{'x' * 32},short"])
    def test_a_seal_key_that_can_be_guessed_is_refused(self, variables: pytest.MonkeyPatch, key: str) -> None:
        variables.setenv("SIGNOFF_SEAL_KEY", key)
        with pytest.raises(SettingsError, match="SIGNOFF_SEAL_KEY: takes at least 32"):
            read_environment()

    def test_seal_keys_are_told_apart_by_commas_and_do_not_show(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SIGNOFF_SEAL_KEY", f"{'a' * 32}, {'b' * 40}")
        assert read_environment().seal_secrets == ("a" * 32, "b" * 40)
        assert "aaa" not in repr(read_environment())

    @pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
    @pytest.mark.parametrize(
        "address", [SANDBOX, "http://localhost:1/api/", "https://slack.example.com/api/"]
    )
    def test_a_live_stripe_key_is_refused_wherever_slack_is_not_slacks_own(
        self, variables: pytest.MonkeyPatch, key: str, address: str
    ) -> None:
        variables.setenv("STRIPE_API_KEY", key)
        variables.setenv("SIGNOFF_ALLOW_LIVE", "1")
        variables.setenv("SLACK_API_URL", address)
        with pytest.raises(SettingsError, match=r"^STRIPE_API_KEY: a live key is refused") as refused:
            read_environment()
        assert key not in str(refused.value)

    @pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
    @pytest.mark.parametrize("allowed", [None, "", "0", "false"])
    def test_a_live_key_takes_a_second_word(
        self, variables: pytest.MonkeyPatch, key: str, allowed: str | None
    ) -> None:
        variables.setenv("STRIPE_API_KEY", key)
        if allowed is not None:
            variables.setenv("SIGNOFF_ALLOW_LIVE", allowed)
        with pytest.raises(SettingsError, match="set SIGNOFF_ALLOW_LIVE=1 as well") as refused:
            read_environment()
        assert key not in str(refused.value)

    @pytest.mark.parametrize(
        ("model", "address"),
        [
            ("openai:gpt-5-mini", None),
            ("openai:gpt-5-mini", "https://api.openai.com/v1"),
            ("anthropic:claude-sonnet-4-5", "http://127.0.0.1:8700/model/v1"),
        ],
    )
    def test_in_the_sandbox_no_real_model_is_asked(
        self, variables: pytest.MonkeyPatch, model: str, address: str | None
    ) -> None:
        variables.setenv("SLACK_API_URL", SANDBOX)
        variables.setenv("STRIPE_API_BASE", "http://127.0.0.1:8700/stripe")
        variables.setenv("SIGNOFF_MODEL", model)
        if address is not None:
            variables.setenv("OPENAI_BASE_URL", address)
        with pytest.raises(SettingsError, match=r"^SIGNOFF_MODEL: in the sandbox only its own stand-in"):
            read_environment()

    def test_the_sandbox_s_stand_in_may_be_asked(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SLACK_API_URL", SANDBOX)
        variables.setenv("SIGNOFF_MODEL", "openai:gpt-5-mini")
        variables.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8700/model/v1")
        assert read_environment().signoff_model == "openai:gpt-5-mini"

    def test_a_live_key_goes_to_stripe_itself_only(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("STRIPE_API_KEY", "sk_live_1")
        variables.setenv("SIGNOFF_ALLOW_LIVE", "1")
        variables.setenv("STRIPE_API_BASE", "https://stripe.example.com")
        with pytest.raises(SettingsError, match=r"^STRIPE_API_BASE: a live key goes to Stripe itself"):
            read_environment()

    @pytest.mark.parametrize("key", ["pk_test_1", "pk_live_1", "sk_org_live_1", "SK_LIVE_1", "whsec_1", "1"])
    def test_what_is_no_secret_key_is_refused_and_not_told_back(
        self, variables: pytest.MonkeyPatch, key: str
    ) -> None:
        variables.setenv("STRIPE_API_KEY", key)
        with pytest.raises(SettingsError, match=r"^STRIPE_API_KEY: a secret or restricted key") as refused:
            read_environment()
        assert len(key) == 1 or key not in str(refused.value)

    @pytest.mark.parametrize(
        "secret", ["sk_test_1", "whsec_", "whsec_1", "WHSEC_12345678", "whsec_1234 5678"]
    )
    def test_what_is_no_webhook_secret_is_refused_and_not_told_back(
        self, variables: pytest.MonkeyPatch, secret: str
    ) -> None:
        variables.setenv("STRIPE_WEBHOOK_SECRET", secret)
        with pytest.raises(SettingsError, match="STRIPE_WEBHOOK_SECRET: a signing secret begins") as refused:
            read_environment()
        assert secret not in str(refused.value) or secret == "whsec_"

    def test_a_webhook_secret_is_optional_and_does_not_show(self, variables: pytest.MonkeyPatch) -> None:
        assert read_environment().stripe_webhook_secret is None
        variables.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1234567890")
        assert "whsec" not in repr(read_environment())

    def test_a_signing_secret_stands_in_for_the_app_token(self, variables: pytest.MonkeyPatch) -> None:
        variables.delenv("SLACK_APP_TOKEN")
        variables.setenv("SLACK_SIGNING_SECRET", "8f742231b10e8888abcd99yyyzzz85a5")
        environment = read_environment()
        assert environment.slack_app_token is None
        assert (environment.signoff_http_host, environment.signoff_http_port) == ("127.0.0.1", 3000)
        assert "8f742231" not in repr(environment)

    def test_both_ways_in_at_once_are_refused(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SLACK_SIGNING_SECRET", "8f742231b10e8888abcd99yyyzzz85a5")
        told = r"SLACK_APP_TOKEN: is set together with SLACK_SIGNING_SECRET; keep the app token"
        with pytest.raises(SettingsError, match=told) as refused:
            read_environment()
        assert "8f742231" not in str(refused.value)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SIGNOFF_HTTP_PORT", "0"),
            ("SIGNOFF_HTTP_PORT", "65536"),
            ("SIGNOFF_HTTP_PORT", "http"),
            ("SIGNOFF_HTTP_HOST", "http://0.0.0.0"),
            ("SIGNOFF_HTTP_HOST", "a b"),
            ("SLACK_SIGNING_SECRET", " "),
        ],
    )
    def test_an_address_or_secret_that_can_not_be_is_named(
        self, variables: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        variables.setenv(name, value)
        with pytest.raises(SettingsError, match=f"^the environment: {name}: "):
            read_environment()

    def test_a_live_key_goes_with_slack_itself_and_a_test_key_with_anything(
        self, variables: pytest.MonkeyPatch
    ) -> None:
        variables.setenv("STRIPE_API_KEY", "sk_live_1")
        variables.setenv("SIGNOFF_ALLOW_LIVE", "1")
        assert read_environment().moves_real_money
        variables.setenv("STRIPE_API_KEY", "sk_test_live_1")
        variables.setenv("SLACK_API_URL", SANDBOX)
        assert read_environment().in_sandbox

    def test_only_the_sandbox_moves_the_clock(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SIGNOFF_CLOCK_FILE", "offset")
        with pytest.raises(SettingsError, match=r"^SIGNOFF_CLOCK_FILE: only the sandbox"):
            read_environment()
        variables.setenv("SLACK_API_URL", SANDBOX)
        assert read_environment().signoff_clock_file == Path("offset")

    @pytest.mark.parametrize(
        ("address", "sandbox"),
        [
            (SANDBOX, True),
            ("http://localhost:8700/slack/api/", True),
            ("http://[::1]:8700/slack/api/", True),
            ("https://slack.com/api/", False),
            ("http://127.0.0.1.example.com/api/", False),
            ("http://localhost@example.com/api/", False),
            ("not an address", False),
        ],
    )
    def test_the_sandbox_is_known_by_its_loopback_address(
        self, variables: pytest.MonkeyPatch, address: str, *, sandbox: bool
    ) -> None:
        variables.setenv("SLACK_API_URL", address)
        assert read_environment().in_sandbox == sandbox

    def test_reading_commands_need_no_secrets(self, variables: pytest.MonkeyPatch) -> None:
        for name in VARIABLES:
            variables.delenv(name)
        variables.setenv("SIGNOFF_HOME", "elsewhere")
        assert Home().database_file == Path("elsewhere/signoff.db")


class TestConfig:
    def test_a_channel_and_approvers_are_enough(self, tmp_path: Path) -> None:
        (tmp_path / "signoff.toml").write_text(REFUND)
        config = read_config(tmp_path / "signoff.toml")
        assert config.slack == SlackSettings()
        refund = config.workflows["refund"]
        assert (refund.expires_after_h, refund.steps_max, refund.attempts_max) == (72, 25, 3)
        assert refund.open_runs_per_requester_max == 50

    def test_a_missing_file_is_named_with_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"nowhere\.toml: No such file .* signoff\.toml\.example"):
            read_config(tmp_path / "nowhere.toml")

    def test_a_folder_in_its_place_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="Is a directory"):
            read_config(tmp_path)

    def test_another_encoding_is_refused_with_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "signoff.toml"
        file.write_bytes("# café".encode("latin-1"))
        with pytest.raises(SettingsError, match="must be UTF-8") as refused:
            read_config(file)
        assert str(file) in str(refused.value)

    def test_what_is_no_toml_is_refused_with_its_line(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "[workflows\n").startswith("FILE: not valid TOML: ")
        assert "line 1" in refusal(tmp_path, "[workflows\n")

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "workflows: is missing"),
            ("[workflows]\n", "workflows: Dictionary should have at least 1 item"),
            ("[workflows.refund]\n", "workflows.refund.channel: is missing"),
            ("[workflows.refund]\n", "workflows.refund.approvers: is missing"),
            ("workflow = 1\n" + REFUND, "workflow: is not a key Signoff knows"),
            ("[slack]\npace = 1\n" + REFUND, "slack.pace: is not a key Signoff knows"),
            ("[slack]\nmessages_per_second = 0\n" + REFUND, "slack.messages_per_second: "),
            ("[slack]\nmessages_per_second = nan\n" + REFUND, "slack.messages_per_second: "),
            ("[slack]\nmessages_per_second = inf\n" + REFUND, "slack.messages_per_second: "),
            ("[slack]\nburst = 0\n" + REFUND, "slack.burst: "),
            ("[slack]\nburst = 1.5\n" + REFUND, "slack.burst: "),
            (REFUND + "chanel = 'C0'\n", "workflows.refund.chanel: is not a key Signoff knows"),
            (REFUND + "expires_after_h = 0\n", "workflows.refund.expires_after_h: "),
            (REFUND + "expires_after_h = -1\n", "workflows.refund.expires_after_h: "),
            (REFUND + "expires_after_h = nan\n", "workflows.refund.expires_after_h: "),
            (REFUND + "expires_after_h = 721\n", "workflows.refund.expires_after_h: "),
            (REFUND + "expires_after_h = 'soon'\n", "workflows.refund.expires_after_h: "),
            (REFUND + "steps_max = 0\n", "workflows.refund.steps_max: "),
            (REFUND + "attempts_max = 0\n", "workflows.refund.attempts_max: "),
            (REFUND + "open_runs_per_requester_max = 0\n", "workflows.refund.open_runs_per_requester_max: "),
            (REFUND + "graph = 'examples'\n", "workflows.refund.graph: "),
            (REFUND + "graph = ':graph'\n", "workflows.refund.graph: "),
            (REFUND + "graph = 'os:system()'\n", "workflows.refund.graph: "),
            (REFUND + "hears_rejection = true\n", "workflows.refund: hears_rejection is for a workflow that"),
            (REFUND.replace("C0REFUNDS", "#refunds"), "workflows.refund.channel: "),
            (REFUND.replace("C0REFUNDS", "C0REFUNDS\\n"), "workflows.refund.channel: "),
            (REFUND.replace("C0REFUNDS", "U0RILEY"), "workflows.refund.channel: "),
            (
                REFUND.replace('groups = ["S0LEADS"]', ""),
                "workflows.refund.approvers: name at least one user id or user group id",
            ),
            (
                REFUND.replace("S0LEADS", "@support-leads"),
                "workflows.refund.approvers: '@support-leads' is not a user group id",
            ),
            (
                REFUND.replace("S0LEADS", "U0MORGAN"),
                "workflows.refund.approvers: 'U0MORGAN' is not a user group id",
            ),
            (
                REFUND.replace("groups", "users"),
                "workflows.refund.approvers: 'S0LEADS' is not a user id",
            ),
            (
                REFUND.replace("groups", "group"),
                "workflows.refund.approvers.group: is not a key Signoff knows",
            ),
        ],
    )
    def test_a_wrong_key_is_named_with_the_file(self, tmp_path: Path, text: str, problem: str) -> None:
        told = refusal(tmp_path, text).splitlines()
        assert any(line.startswith(f"FILE: {problem}") for line in told), told

    def test_several_wrong_keys_are_named_line_by_line(self, tmp_path: Path) -> None:
        text = REFUND + "steps_max = 0\nattempts_max = 99\n"
        assert len(refusal(tmp_path, text).splitlines()) == 2

    def test_users_and_groups_may_both_be_named(self, tmp_path: Path) -> None:
        (tmp_path / "signoff.toml").write_text(REFUND.replace("{", '{ users = ["U0SAM", "W012A3CDE"],'))
        approvers = read_config(tmp_path / "signoff.toml").workflows["refund"].approvers
        assert approvers == Policy(users=("U0SAM", "W012A3CDE"), groups=("S0LEADS",))

    def test_a_workflow_that_does_not_exist_is_named_with_those_that_do(self, tmp_path: Path) -> None:
        (tmp_path / "signoff.toml").write_text(REFUND.replace("refund", "refnud"))
        told = r"^workflows\.refnud: .* known: refund\. Any other brings its graph"
        with pytest.raises(UnknownWorkflow, match=told):
            load(read_config(tmp_path / "signoff.toml").workflows, NO_PAYMENTS)


class TestExample:
    def test_it_is_valid(self) -> None:
        config = read_config(EXAMPLE)
        assert list(config.workflows) == ["refund", "vendor-access"]
        load(config.workflows, NO_PAYMENTS)

    def test_every_key_there_is_appears_in_it(self) -> None:
        written = tomllib.loads(EXAMPLE.read_text())
        assert set(written) == set(Config.model_fields)
        # A price there would be one for every model, so those two are only shown.
        commented = {"input_usd_per_million": 0, "output_usd_per_million": 0}
        assert all(f"\n# {key} = " in EXAMPLE.read_text() for key in commented)
        _complete(written["model"] | commented, ModelSettings)
        _complete(written["slack"], SlackSettings)
        _complete(written["workflows"]["vendor-access"] | written["workflows"]["refund"], WorkflowSettings)
        for workflow in written["workflows"].values():
            _complete(workflow["approvers"], Policy)

    def test_what_it_sets_besides_ids_are_the_defaults(self) -> None:
        written = tomllib.loads(EXAMPLE.read_text())
        tables = [(table, WorkflowSettings.model_fields) for table in written["workflows"].values()]
        for table, known in [(written["slack"], SlackSettings.model_fields), *tables]:
            for key, value in table.items():
                if key != "graph" and not known[key].is_required():
                    assert value == known[key].default, key

    def test_it_holds_no_secret_and_every_key_is_explained(self) -> None:
        lines = EXAMPLE.read_text().splitlines()
        assert not {name for name in VARIABLES if name.lower() in EXAMPLE.read_text().lower()}
        for before, line in itertools.pairwise(lines):
            if " = " in line:
                assert before.startswith("#") or " = " in before, line


NO_PAYMENTS: Any = None  # loading reads no payment


def _complete(written: dict[str, object], model: type[BaseModel]) -> None:
    assert set(written) == set(model.model_fields)


def test_every_variable_is_upper_case_of_its_field() -> None:
    assert {name.upper() for name in Environment.model_fields} == {*VARIABLES, *OPTIONAL}
