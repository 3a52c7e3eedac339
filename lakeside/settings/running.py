"""The console, and the server and workers it launches runs on."""

from __future__ import annotations

from pydantic import Field

from lakeside.settings.section import Section


class ConsoleSettings(Section):
    port: int = Field(8501, ge=1, le=65535, description="Port of the Streamlit console, on 127.0.0.1.")
    published_on_loopback: bool = Field(
        False,
        description="Says that the console's port reaches this machine only, although the console listens at "
        "every address of its container, as compose.yaml arranges. Without it such a console is read-only.",
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Names beside localhost under which browsers may call the console, without port, such as "
        'that of a proxy before it. A request for another name is refused. JSON: ["lake.example.com"].',
    )
    sessions: int = Field(
        200,
        ge=1,
        le=10_000,
        description="Pages that browsers keep open at the same time, a session each; another is answered "
        "with 503 and words.",
    )
    link_characters: int = Field(
        50_000,
        ge=2_000,
        le=60_000,
        description="Length of an address (path and query) at most, as browsers write it.",
    )


class PrefectSettings(Section):
    port: int = Field(
        4200, ge=1, le=65535, description="Port of the Prefect server that `lakeside up` starts."
    )
    api_url: str | None = Field(
        None, description="A Prefect API that runs elsewhere; `lakeside up` then starts none."
    )
    work_pool: str = Field(
        "lakeside",
        description="Work pool flow runs are sent to: a process pool that is made when it is missing, or a "
        "docker, cloud-run-v2 or kubernetes pool that is there.",
    )
    image: str | None = Field(
        None, description="Image of runs on a work pool that starts containers; `make image` builds it."
    )
    dask_scheduler: str | None = Field(
        None,
        description="Address of a Dask scheduler, tcp://host:8786, for runs that are fanned out on it. Its "
        "workers need the same version of Lakeside and the same settings.",
    )
    wait_seconds: float = Field(
        21_600,
        gt=0,
        le=2_592_000,
        description="Seconds that `lakeside runs … --wait` waits for the end of runs, unless --timeout says "
        "otherwise; the runs go on.",
    )
    answer_seconds: float = Field(
        30,
        gt=0,
        le=300,
        description="Seconds that each question to Prefect's API is waited for, by pages and commands. On "
        "SQLite a server that many runs and people use at once takes several.",
    )
    parts_at_once: int = Field(
        4,
        ge=1,
        le=64,
        description="Months that run at the same time as runs of their own, of all runs together and per "
        "flow; keeps the warehouse safe.",
    )
