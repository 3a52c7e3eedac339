"""What every section of the settings is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Settings that belong together; frozen, and a field that is not one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
