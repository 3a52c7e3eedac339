"""Who may do what in the console, and the log of who did what."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from lakeside.role import Role
from lakeside.settings.section import Section


class PeopleSettings(Section):
    client_id: str | None = Field(
        None,
        description="Client id that your identity provider gave this console; with it everybody has to log "
        "in. docs/people.md says how to set it up.",
    )
    client_secret: SecretStr | None = Field(None, description="The client's secret, from the same place.")
    client_secret_file: Path | None = Field(
        None, description="A file that holds the client's secret, instead of the secret itself."
    )
    metadata_url: str = Field(
        "https://accounts.google.com/.well-known/openid-configuration",
        pattern=r"^https?://",
        description="Where the identity provider describes itself (OpenID Connect discovery); by default "
        "Google.",
    )
    console_url: str | None = Field(
        None,
        pattern=r"^https?://[^/]+(/.*)?$",
        description="Address of the console in people's browsers, to which the provider sends them back; "
        "default: http://127.0.0.1 and the port.",
    )
    cookie_secret_file: Path | None = Field(
        None,
        description="A file with at least 32 letters that sign the login's cookie; default: made once and "
        "kept in the home. Consoles that stand for one another need the same.",
    )
    admins: list[str] = Field(
        default_factory=list,
        description='Verified e-mails, or whole domains as "@example.com", that are admins. JSON.',
    )
    operators: list[str] = Field(default_factory=list, description="The same for operators.")
    viewers: list[str] = Field(default_factory=list, description="The same for viewers.")
    role_claim: str | None = Field(
        None,
        description="Claim of the login that holds roles or groups; dots lead into it, for example "
        "`realm_access.roles`. The highest role of claim and lists counts.",
    )
    role_names: dict[str, Role] = Field(
        default_factory=dict,
        description="What the claim's values mean: values to viewer, operator or admin. JSON, for example "
        '{"data-platform": "admin"}; without it the values viewer, operator and admin mean themselves.',
    )
    session_hours: float = Field(
        12, gt=0, le=720, description="Hours after logging in at which a person has to log in again."
    )
    query_role: Role = Field(
        Role.OPERATOR, description="Least role that may run queries which BigQuery bills."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies in front of the console that add to X-Forwarded-For; 0: the header is not "
        "believed, and the address in the audit log is the connection's.",
    )

    @property
    def has_login(self) -> bool:
        """Does everybody have to log in."""
        return self.client_id is not None

    @model_validator(mode="after")
    def _require_whole(self) -> PeopleSettings:
        if self.client_id and not (self.client_secret or self.client_secret_file):
            raise ValueError("with CLIENT_ID the setting CLIENT_SECRET_FILE or CLIENT_SECRET is needed")
        if not self.client_id and (self.client_secret or self.client_secret_file):
            raise ValueError("a client's secret is set, and CLIENT_ID is not: nobody could log in")
        return self


class AuditSettings(Section):
    folder: Path | None = Field(None, description="Folder of the audit log; default `audit` in the home.")
    megabytes: float = Field(
        10, gt=0, le=1_000, description="Size at which the log's file is put aside and a new one begun."
    )
    files: int = Field(20, ge=1, le=1_000, description="Files of the log that are kept; older ones go.")
    to_stderr: bool = Field(
        False,
        description="Write each line to stderr, too, where a platform that keeps no files (Cloud Run) "
        "collects it.",
    )
