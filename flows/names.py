"""Names that Prefect's server and our code must agree on. Imports no Prefect."""

INGEST_FLOW = "ingest-months"
LOAD_FLOW = "load-months"
SYNC_FLOW = "sync-months"
MONTH_FLOWS = (INGEST_FLOW, LOAD_FLOW)  # the flows that work on months themselves
FLOW_NAMES = (*MONTH_FLOWS, SYNC_FLOW)
DEPLOYMENT = "lakeside"
PART_DEPLOYMENT = "lakeside-part"  # months that a run sends to the work pool; limited, so it has its own

TABLE_KEY = "months"
PROGRESS_KEY = "progress"

CHECK_FAILED_EVENT = "lakeside.check.failed"
HEARTBEAT_EVENT = "prefect.flow-run.heartbeat"
HEARTBEAT_SECONDS = 30  # the least Prefect allows
HEARTBEAT_LOST_SECONDS = 90
