"""Names that Prefect's server and our code must agree on. Imports no Prefect."""

INGEST_FLOW = "ingest-months"
LOAD_FLOW = "load-months"
FLOW_NAMES = (INGEST_FLOW, LOAD_FLOW)
DEPLOYMENT = "lakeside"

TABLE_KEY = "months"
PROGRESS_KEY = "progress"

HEARTBEAT_SECONDS = 30  # the least Prefect allows
HEARTBEAT_LOST_SECONDS = 90
