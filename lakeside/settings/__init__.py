"""All settings; `load_settings` reads them from the environment."""

from lakeside.settings.data import (
    BucketSettings,
    CheckSettings,
    IngestSettings,
    RetentionSettings,
    SourceSettings,
    WarehouseSettings,
)
from lakeside.settings.environment import (
    KNOWN_ELSEWHERE,
    PREFIX,
    list_variables_in_force,
    load_settings,
    section_of,
    setting_names,
    unknown_names,
    variable_name,
)
from lakeside.settings.limits import LimitSettings, ReaderSettings
from lakeside.settings.people import AuditSettings, PeopleSettings
from lakeside.settings.running import ConsoleSettings, PrefectSettings
from lakeside.settings.settings import PROJECT_ROOT, Settings

__all__ = [
    "KNOWN_ELSEWHERE",
    "PREFIX",
    "PROJECT_ROOT",
    "AuditSettings",
    "BucketSettings",
    "CheckSettings",
    "ConsoleSettings",
    "IngestSettings",
    "LimitSettings",
    "PeopleSettings",
    "PrefectSettings",
    "ReaderSettings",
    "RetentionSettings",
    "Settings",
    "SourceSettings",
    "WarehouseSettings",
    "list_variables_in_force",
    "load_settings",
    "section_of",
    "setting_names",
    "unknown_names",
    "variable_name",
]
