"""The settings of every process, read from the environment (prefix `LIFECYCLE_`) at the composition roots alone."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from lifecycle.domain.people import EVERYWHERE
from lifecycle.domain.preferences import NEVER, Language, Preferences, QuietHours, TimeZone
from lifecycle.service.telling.outlets import MailServer, Outlets

GroupRole = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}(@(everywhere|(portfolio|project):[^\s:][^\n:]{0,118}))?$")
]
"""A role, and after an @ the scope in which it holds."""


def _networks(text: str) -> str:
    for network in text.split():
        ip_network(network)
    return text


class Settings(BaseSettings):
    """Where things are and how large they may be; defaults are the embedded profile's, all on loopback."""

    model_config = SettingsConfigDict(env_prefix="LIFECYCLE_", extra="ignore", frozen=True)

    embedded: bool = True
    """True: one machine, loopback only, SQLite and Temporal's development server."""
    home: Path = Path("var")
    """The folder of the embedded profile: databases, evidence, token file, logs."""
    database_url: str | None = None
    """SQLAlchemy address (`sqlite:///...` or `postgresql+psycopg://...`); by default a SQLite file under `home`.

    It needs no password: PostgreSQL's client library takes one from `PGPASSWORD` or the file `PGPASSFILE` names."""
    evidence_path: Path | None = None
    """Folder of the content-addressed evidence store; by default under `home`."""
    evidence_limit_bytes: int = 25 * 1024 * 1024
    """Largest single upload, in bytes."""
    temporal_address: str = "127.0.0.1:7733"
    """host:port of Temporal's frontend."""
    temporal_namespace: str = "default"
    task_queue: str = "lifecycle"
    api_host: str = "127.0.0.1"
    api_port: int = 8765
    api_url: str | None = None
    """Where the command line and the links in notices find the API, when it is not this machine's."""
    worker_health_port: int = 8766
    """Port, on loopback, where the worker answers `GET /healthz` with 200 while it polls for work."""
    update_seconds: float = 5.0
    """How long a request waits for the decider before it answers 202 (outcome not known yet)."""
    writes_per_minute: int = 1_200
    """How many changes one person may ask each API process for in a minute, all at once if they like; 0: no limit."""
    smtp_host: str | None = None
    """Mail server; without one, notices are written to the log only."""
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_sender: str = "lifecycle@localhost"
    smtp_starttls: bool = False
    chat_address: SecretStr | None = None
    """Where people who want it are told by chat too: an address of apprise; `{person}`, `{mail}` are the recipient's.

    It needs the extra `chat`."""
    webhook_networks: Annotated[str, AfterValidator(_networks)] = ""
    """Networks that webhooks may lie in besides public ones, also without https: `10.1.2.0/24 fd12::/16`."""
    webhook_key: SecretStr | None = None
    """What the secrets of all webhooks follow from; `lifecycle up` makes one and keeps it in its home. With another key
    each webhook needs to be told its secret anew."""
    language: Language = Language.ENGLISH
    """For whoever chose none; the same holds for `timezone` and `quiet_hours`."""
    timezone: TimeZone = "UTC"
    quiet_hours: QuietHours = NEVER
    """When people are told nothing, such as 20:00-07:00 on their own clock."""

    oidc_issuer: str | None = None
    """The identity provider that also vouches for people, as its issuer identifier (an https address)."""
    oidc_client: str = ""
    """What the provider knows us as; it sends people back to `<address>/sign-in/provider/back`."""
    oidc_secret: SecretStr = SecretStr("")
    oidc_name: str = ""
    """What the provider is called on the sign-in page."""
    oidc_groups: str = "groups"
    """The claim that lists the ids of somebody's groups; whoever comes without it is not let in."""
    oidc_roles: dict[str, tuple[GroupRole, ...]] = {}
    """JSON: the roles of each group by its id, such as `{"6f1c...": ["pmo_director", "sponsor@portfolio:rail"]}`."""

    @property
    def roles(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The roles, each with its scope, of each group."""
        parts = {group: [role.partition("@") for role in roles] for group, roles in self.oidc_roles.items()}
        return {group: tuple((role, scope or EVERYWHERE) for role, _, scope in of) for group, of in parts.items()}

    @property
    def address(self) -> str:
        """Where the API is found: as `api_url` says, or on this machine."""
        if self.api_url:
            return self.api_url.rstrip("/")
        host = f"[{self.api_host}]" if ":" in self.api_host else self.api_host
        return f"http://{host}:{self.api_port}"

    @property
    def outlets(self) -> Outlets:
        """How people and programs are told."""
        server = MailServer(
            self.smtp_host or "",
            self.smtp_port,
            self.smtp_sender,
            self.smtp_user,
            self.smtp_password,
            self.smtp_starttls,
        )
        return Outlets(
            address=self.address,
            mail=server if self.smtp_host else None,
            chat=self.chat_address,
            networks=tuple(map(ip_network, self.webhook_networks.split())),
            webhook_key=self.webhook_key if self.webhook_key and self.webhook_key.get_secret_value() else None,
            preferences=Preferences(language=self.language, timezone=self.timezone, quiet_hours=self.quiet_hours),
        )

    @property
    def sql_url(self) -> str:
        """The SQL address in force."""
        return self.database_url or f"sqlite:///{(self.home / 'lifecycle.db').resolve()}"

    @property
    def evidence_folder(self) -> Path:
        """The evidence folder in force."""
        return self.evidence_path or self.home / "evidence"
