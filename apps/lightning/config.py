"""Configuration of the lightning plane: one class for both processes, a block of variables for each concern."""

from __future__ import annotations

import os
from typing import Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from apps.lightning.domain.node_configuration import configured
from openagents.ops.config import BaseConfig, CsvList, split_csv

EXECUTOR = "lightning-executor"
SIMULATED_HOSTS = ["sats4ai.com", "l402.openagents.com"]

GatewayMode = Literal["simulated", "lnd", "spark"]
AuthMode = Literal["", "disabled", "bearer_static", "signed_internal"]
Network = Literal["mainnet", "testnet", "signet", "regtest"]
Provider = Literal["env", "file", "gcp"]
SimClock = Literal["real", "manual"]
DeployDriver = Literal["agent", "file", "aperture_admin", "embedded", "memory"]
CompileMode = Literal["strict", "quarantine"]


class Config(BaseConfig):
    """What every process reads, and the plane's own variables."""

    # The wallet executor.
    oa_lightning_wallet_executor_host: str = Field("127.0.0.1", description="address the executor listens on")
    oa_lightning_wallet_executor_port: int = Field(8005, ge=1, le=65_535, description="port the executor listens on")
    oa_lightning_wallet_id: str = Field(
        "openagents-ep212", min_length=1, max_length=128, description="name of the executor's own wallet"
    )
    oa_lightning_wallet_executor_mode: GatewayMode = Field(
        "simulated", description="gateway: simulated (alias mock), lnd or spark"
    )
    oa_lightning_network: Network = Field("regtest", description="mainnet, testnet, signet or regtest")
    oa_lightning_auth_mode: AuthMode = Field(
        "", description="disabled, bearer_static or signed_internal; by default the strictest that is configured"
    )
    oa_lightning_wallet_executor_auth_token: str = Field("", description="bearer token of the mode bearer_static")
    oa_lightning_wallet_executor_auth_token_version: int = Field(
        1, ge=1, le=1_000_000, description="version of that token, shown in /status"
    )
    oa_lightning_wallet_allowed_hosts: CsvList = Field([], description="hosts that may be paid; simulated: two")
    oa_lightning_wallet_request_cap_msats: int = Field(200_000, ge=1_000, le=5_000_000_000)
    oa_lightning_wallet_window_cap_msats: int = Field(1_000_000, ge=10_000, le=5_000_000_000)
    oa_lightning_wallet_window_ms: int = Field(300_000, ge=1_000, le=86_400_000)
    oa_lightning_spark_payment_timeout_secs: int = Field(
        45,
        ge=1,
        le=300,
        validation_alias=AliasChoices(
            "oa_lightning_spark_payment_timeout_secs", "oa_lightning_wallet_payment_timeout_secs"
        ),
        description="how long the node may try a payment (alias OA_LIGHTNING_WALLET_PAYMENT_TIMEOUT_SECS)",
    )
    oa_lightning_wallet_daily_cap_msats: int = Field(0, ge=0, description="per UTC day; 0: off")
    oa_lightning_wallet_fee_floor_msats: int = Field(5_000, ge=0, le=5_000_000_000)
    oa_lightning_wallet_fee_limit_ppm: int = Field(10_000, ge=0, le=100_000)
    oa_lightning_wallet_daily_fee_cap_msats: int = Field(100_000, ge=0)
    oa_lightning_wallet_max_payments_per_minute: int = Field(60, ge=1, le=10_000)
    oa_lightning_wallet_duplicate_wait_ms: int = Field(
        2_000, ge=0, le=60_000, description="how long a repeated request waits for the first one"
    )
    oa_lightning_wallet_ledger_tolerance_msats: int = Field(
        100_000, ge=0, description="ledger and node may differ by this much before outgoing payments stop"
    )
    oa_lightning_wallet_ledger_check_secs: int = Field(
        60, ge=1, le=86_400, description="seconds between comparisons of ledger and node"
    )
    oa_lightning_wallet_recovery_secs: float = Field(
        10.0, gt=0, le=60, description="seconds between passes of the recovery"
    )
    oa_lightning_credential_overlap_secs: int = Field(
        86_400, ge=0, le=2_592_000, description="how long a replaced credential stays accepted"
    )
    oa_lightning_agent_payments: bool = Field(False, description="control may use the sub-wallet routes")
    oa_lightning_follow_global_pause: bool = Field(
        False, description="refuse outgoing payments while control's paywall pause is on"
    )
    oa_lightning_onchain_enabled: bool | None = Field(
        None, description="may funds be sent on-chain; by default only in simulated mode"
    )
    oa_lightning_custody_kek: str = Field("", description="key-encryption ring, id:base64 CSV, the first seals")
    oa_lightning_custody_kek_file: str = Field("", description="file that holds the ring")
    oa_lightning_custody_kek_version: str = Field("", description="secret-manager version that holds the ring (gcp)")
    oa_lightning_custody_provider: Provider = Field("env", description="where the ring comes from: env, file or gcp")
    oa_lightning_receipt_signing_key: str = Field(
        "", description="receipt key to import at first start, 64 hex or nsec; empty: one is made"
    )
    oa_lightning_spark_network: str = Field("regtest", description="reserved for the Spark driver")
    oa_lightning_spark_api_key: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_spark_api_key", "oa_lightning_breez_api_key"),
        description="reserved for the Spark driver (alias OA_LIGHTNING_BREEZ_API_KEY)",
    )
    oa_lightning_wallet_mnemonic_provider: Provider = Field("env", description="reserved for the Spark driver")
    oa_lightning_wallet_mnemonic_env_var: str = Field("", description="reserved for the Spark driver")
    oa_lightning_wallet_mnemonic_secret_version: str = Field("", description="reserved for the Spark driver")

    # The simulated network.
    oa_lightning_sim_seed: str = Field(
        "", pattern="^([0-9a-f]{64})?$", description="everything of the simulated network follows from it; 64 hex"
    )
    oa_lightning_sim_control: bool = Field(False, description="serve the control routes of the simulated network")
    oa_lightning_sim_clock: SimClock = Field("real", description="clock of the simulated network: real or manual")

    # A node of LND.
    oa_lightning_lnd_rest_base_url: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_lnd_rest_base_url", "lnd_rest_base_url", "lnd_rest_url"),
        description="LND's REST address, https://host:8080 (alias LND_REST_BASE_URL)",
    )
    oa_lightning_lnd_macaroon_hex: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_lnd_macaroon_hex", "lnd_rest_macaroon_hex"),
        description="the node's macaroon (alias LND_REST_MACAROON_HEX)",
    )
    oa_lightning_lnd_macaroon_file: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_lnd_macaroon_file", "lnd_rest_macaroon_file"),
        description="file of the node's macaroon, as the node wrote it or in hex",
    )
    oa_lightning_lnd_tls_cert_base64: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_lnd_tls_cert_base64", "lnd_rest_tls_cert_base64"),
        description="the node's certificate (PEM) in base64; the only one that is accepted",
    )
    oa_lightning_lnd_tls_cert_file: str = Field(
        "",
        validation_alias=AliasChoices("oa_lightning_lnd_tls_cert_file", "lnd_rest_tls_cert_file"),
        description="file of the node's certificate",
    )
    oa_lightning_lnd_timeout_ms: int = Field(
        10_000,
        ge=250,
        le=120_000,
        validation_alias=AliasChoices("oa_lightning_lnd_timeout_ms", "lnd_rest_timeout_ms"),
        description="how long a call to the node may take; a payment has its own time",
    )

    # Operations of the paid gateway.
    oa_lightning_ops_secret: str = Field("", description="shared secret of control's operations lane")
    oa_lightning_ops_gateway_base_url: str = Field("https://l402.openagents.com", description="the gateway's agent")
    oa_lightning_ops_challenge_url: str = Field("https://l402.openagents.com/staging", description="must answer 402")
    oa_lightning_ops_proxy_url: str = Field(
        "https://l402.openagents.com/staging", description="must answer 2xx to a paid request"
    )
    oa_lightning_ops_gateway_health_path: str = Field("/healthz", description="path of the gateway's health check")
    oa_lightning_ops_gateway_ops_token: str = Field("", description="bearer of the gateway's agent")
    oa_lightning_ops_proxy_authorization_header: str = Field(
        "", description="credential of the proxy probe; without it the probe pays"
    )
    oa_lightning_ops_deploy_driver: DeployDriver = Field(
        "embedded", description="agent, file, aperture_admin, embedded or memory"
    )
    oa_lightning_ops_deploy_dir: str = Field("", description="folder of releases of the driver `file` and of the agent")
    oa_lightning_ops_deploy_command: str = Field(
        "", description="what makes the gateway load a release, run after the switch (drivers file and agent)"
    )
    oa_lightning_ops_agent_token: str = Field("", description="bearer that `aperture_agent` accepts")
    oa_lightning_ops_aperture_macaroon_hex: str = Field("", description="admin macaroon of the driver aperture_admin")
    oa_lightning_ops_compile_mode: CompileMode = Field(
        "strict", description="strict: any error blocks; quarantine: broken paywalls are left out"
    )
    oa_lightning_ops_aperture_features: CsvList = Field(
        ["rewrite", "ratelimits"], description="what the deployed Aperture supports"
    )
    oa_lightning_ops_allow_private_upstreams: bool = Field(False, description="may upstreams be private addresses")
    oa_lightning_ops_probe_max_msats: int = Field(10_000, ge=1, description="what a paid probe may cost")
    oa_lightning_ops_l402_validity_secs: int = Field(86_400, ge=60, le=31_557_600)
    oa_lightning_ops_reconcile_interval_secs: int = Field(300, ge=5, le=86_400)
    oa_lightning_ops_cred_gateway_invoice: str = Field("", description="credential of the role gateway_invoice")
    oa_lightning_ops_cred_settlement_read: str = Field("", description="credential of the role settlement_read")
    oa_lightning_ops_cred_operator_admin: str = Field("", description="credential of the role operator_admin")
    oa_lightning_ops_ep212_route_a_url: str = Field("https://l402.openagents.com/ep212/premium-signal")
    oa_lightning_ops_ep212_route_b_url: str = Field("https://l402.openagents.com/ep212/expensive-signal")
    oa_lightning_ops_ep212_sats4ai_url: str = Field("https://sats4ai.com/api/l402/text-generation")
    oa_lightning_ops_ep212_route_a_method: str = Field("GET")
    oa_lightning_ops_ep212_route_a_body: str = Field("")
    oa_lightning_ops_ep212_max_spend_msats: int = Field(100_000, ge=1)
    oa_lightning_wallet_executor_base_url: str = Field("", description="the executor; default: OA_LIGHTNING_EXECUTOR_…")
    oa_lightning_wallet_executor_timeout_ms: int = Field(60_000, ge=250, le=600_000)
    oa_lightning_aperture_listenaddr: str = Field("0.0.0.0:8081")
    oa_lightning_aperture_insecure: bool = Field(True)
    oa_lightning_aperture_debuglevel: str = Field("info")
    oa_lightning_aperture_lndhost: str = Field("lnd.internal:10009")
    oa_lightning_aperture_tlspath: str = Field("/etc/aperture/lnd/tls.cert")
    oa_lightning_aperture_macdir: str = Field("/etc/aperture/lnd/macaroons")
    oa_lightning_aperture_dbbackend: str = Field("sqlite")

    # Nodes and their channels.
    oa_lightning_ops_nodes: str = Field(
        "", description="nodes as JSON list of {nodeId, backend, purpose, endpoint, credentialRefs, enabled}"
    )
    oa_lightning_ops_channel_peer_sats_max: int = Field(
        5_000_000, ge=0, description="sats that may be put into channels with one peer"
    )
    oa_lightning_ops_channel_day_sats_max: int = Field(
        20_000_000, ge=0, description="sats that may be put into channels on one UTC day"
    )
    oa_lightning_ops_onchain_reserve_sats: int = Field(
        100_000, ge=0, description="confirmed on-chain sats below which a node raises an alert"
    )
    oa_lightning_ops_node_unreachable_secs: int = Field(
        60, ge=0, description="how long a node may not answer before an alert"
    )
    oa_lightning_ops_node_unsynced_secs: int = Field(
        300, ge=0, description="how long a node may be behind the chain before an alert"
    )
    oa_lightning_ops_channel_inactive_secs: int = Field(
        900, ge=0, description="how long a channel may be inactive before an alert"
    )
    oa_lightning_ops_channel_unbalanced_secs: int = Field(
        900, ge=0, description="how long the outbound share may be out of its bounds before an alert"
    )
    oa_lightning_ops_outbound_share_min: float = Field(
        0.2, ge=0, le=1, description="least share of a node's channel funds that it should be able to send"
    )
    oa_lightning_ops_outbound_share_max: float = Field(
        0.8, ge=0, le=1, description="largest share of a node's channel funds that it should be able to send"
    )

    @field_validator("oa_lightning_ops_nodes")
    @classmethod
    def _readable_nodes(cls, value: str) -> str:
        if value:
            configured(value)
        return value

    @field_validator("oa_lightning_wallet_executor_mode", mode="before")
    @classmethod
    def _alias_of_mode(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        mode = value.strip().lower()
        return "simulated" if mode == "mock" else mode

    @field_validator("oa_lightning_wallet_allowed_hosts", "oa_lightning_ops_aperture_features", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return split_csv(value)

    @field_validator("oa_lightning_wallet_allowed_hosts")
    @classmethod
    def _lower_hosts(cls, value: list[str]) -> list[str]:
        return [host.lower() for host in value]

    @model_validator(mode="after")
    def _defaults_of_the_mode(self) -> Self:
        if not self.oa_lightning_auth_mode:
            token = self.oa_lightning_wallet_executor_auth_token.strip()
            fallback: AuthMode = "bearer_static" if token else "disabled"
            self.oa_lightning_auth_mode = "signed_internal" if self.oa_internal_keys else fallback
        if self.oa_lightning_onchain_enabled is None:
            self.oa_lightning_onchain_enabled = self.simulated
        if self.simulated and "oa_lightning_wallet_allowed_hosts" not in self.model_fields_set:
            self.oa_lightning_wallet_allowed_hosts = list(SIMULATED_HOSTS)
        return self

    @classmethod
    def load(cls) -> Self:
        """As everywhere; the executor's own names of its address stand for the variable that `serve` reads."""
        config = super().load()
        named = {"oa_lightning_wallet_executor_host", "oa_lightning_wallet_executor_port"} & config.model_fields_set
        if named and os.environ.get("OA_PLANE") == EXECUTOR:
            address = f"{config.oa_lightning_wallet_executor_host}:{config.oa_lightning_wallet_executor_port}"
            os.environ.setdefault("OA_LIGHTNING_EXECUTOR_BIND", address)
        return config

    @property
    def simulated(self) -> bool:
        """Whether no real money can move."""
        return self.oa_lightning_wallet_executor_mode == "simulated"

    def outer_middleware(self) -> list[str]:
        if os.environ.get("OA_PLANE") != EXECUTOR:
            return []
        return ["apps.lightning.api.executor.middleware.ExecutorAnswerMiddleware"]

    def inner_middleware(self) -> list[str]:
        if os.environ.get("OA_PLANE") != EXECUTOR:
            return []
        return ["apps.lightning.api.executor.middleware.ExecutorRequestIdMiddleware"]
