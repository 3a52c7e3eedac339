"""Names that Prefect's server and our code must agree on. Imports no Prefect."""

INGEST_FLOW = "ingest-months"
LOAD_FLOW = "load-months"
SYNC_FLOW = "sync-months"
MONTH_FLOWS = (INGEST_FLOW, LOAD_FLOW)  # the flows that work on months themselves
FLOW_NAMES = (*MONTH_FLOWS, SYNC_FLOW)
DEPLOYMENT = "lakeside"

TABLE_KEY = "months"
PROGRESS_KEY = "progress"

HEARTBEAT_EVENT = "prefect.flow-run.heartbeat"
HEARTBEAT_SECONDS = 30  # the least Prefect allows
HEARTBEAT_LOST_SECONDS = 90
