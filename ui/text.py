"""Words people see that more than one place, or a test, needs to know."""

from __future__ import annotations

PRODUCT = "Lakeside"
ONE_SENTENCE = (
    "Lakeside brings months of New York taxi trips from a public file into a parquet lake and on to an "
    "audited warehouse table, and shows what is where."
)

ALL_DATASETS = "all"

COVERAGE_QUESTION = "What is missing?"
INGEST_QUESTION = "What will happen?"
RUNS_QUESTION = "What is happening?"
SCHEDULES_QUESTION = "What runs by itself?"
LAKE_QUESTION = "What is in the lake?"
SCHEMAS_QUESTION = "Where does it drift?"
QUERY_QUESTION = "What do the files say?"
SQL_QUESTION = "What do the tables say, and what does asking cost?"
WAREHOUSE_QUESTION = "What is loaded?"
CHECKS_QUESTION = "What is wrong?"
AUDIT_QUESTION = "Who did what?"
NOTHING_DONE = "No line of the log fits. Whatever changes something is written here, refusals too."

LOG_IN = "Log in"
LOG_IN_THERE = "Log in at {url}"
LOG_OUT = "Log out"

TRY_OUT = "Try it with sample data"
TRY_OUT_DETAIL = (
    "Makes three months of synthetic green trips on this machine and publishes them. Needs no network."
)
HOW_TO_CHOOSE = (
    "Click a month to choose it, again to leave it; Shift takes all between. "
    "With the keyboard: arrows move, Space chooses."
)
RUN_QUERY = "Run"
NO_TABLES = "There is nothing to query yet"
NO_TABLES_DETAIL = "Tables appear here with the first month of trips: one per dataset, and the taxi zones."
CANCEL_QUERY = "Cancel the query"
ADOPT = "Start the run"
REPLACE = "Replace what lies where the month belongs"
LOAD_TABLE = "Start the run of the table"
REPLACE_TABLE = "Also in place of a table that came from elsewhere"
REPLACE_HINT = f"Agree with “{REPLACE}”, and start again."
CANCEL = "Cancel run"
CANCEL_SURE = "Yes, cancel it"
RETRY = "Retry failed months"
REPEAT = "Run again"
NEW_SCHEDULE = "New schedule"
SAVE_SCHEDULE = "Save the schedule"
DELETE_SCHEDULE = "Delete"
DELETE_SURE = "Yes, delete it"
SET_WEBHOOK = "Set the webhook"
REFRESH = "Refresh"
RESTORE = "Restore {name}"
RESTORE_SURE = "Yes, restore it"

APPLY_MODELS = "Apply models"
REMAKE_MODEL = "View or table …"
CHECK_MODELS = "Run their checks"
MODELS_DETAIL = (
    "Views made from the loaded trips by the GoogleSQL files in lakeside/models; "
    "on the command line: lakeside models apply."
)

UNEXPECTED = "Something went wrong that Lakeside did not foresee."

EMPTY_LAKE = "The lake is empty"
EMPTY_LAKE_DETAIL = "Objects appear here whole, one per dataset and month, as soon as a run has written them."
EMPTY_PREFIX = "No object's name begins so"
EMPTY_PREFIX_DETAIL = "The folder is empty, was emptied, or never was; a name may be misspelt in the address."
REMOVED = "This object is not in the lake any more. It can be brought back from an earlier version."
NO_VERSIONS = "No earlier version is kept: nothing has replaced this object since versions are kept."
NOTHING_FITS = "No object fits. Widen the filter."
GATHER_ROWS = "Gather the rows"
SAVE_OBJECT = "Save the object"
ADD_FILTER = "Add a filter"
EMPTY_WAREHOUSE = "The warehouse has no table yet"
EMPTY_WAREHOUSE_DETAIL = "A table per dataset appears with the first month that is published from the lake."
NO_CHECKS = "Nothing was checked yet"
NO_CHECKS_DETAIL = "Every month is checked right after it was loaded; `lakeside check` does it at any time."
CHECK_MANY = "Check many months"
CHECK_MANY_RUN = "Start a run that checks {months}"
CHECK_AGAIN = "Check {month} now"
