"""Names that Prefect's server and our code must agree on. Imports no Prefect."""

INGEST_FLOW = "ingest-months"
LOAD_FLOW = "load-months"
SYNC_FLOW = "sync-months"
CHECK_FLOW = "check-months"
OBJECT_FLOW = "load-object"
MONTH_FLOWS = (INGEST_FLOW, LOAD_FLOW)  # the flows that work on months themselves
SCHEDULED_FLOWS = (*MONTH_FLOWS, SYNC_FLOW, CHECK_FLOW)
FLOW_NAMES = (*SCHEDULED_FLOWS, OBJECT_FLOW)
DEPLOYMENT = "lakeside"
PART_DEPLOYMENT = "lakeside-part"  # months that a run sends to the work pool; limited, so it has its own

TABLE_KEY = "months"
PROGRESS_KEY = "progress"
RESULT_KEY = "result"  # what a run that has no months came to

CHECK_FAILED_EVENT = "lakeside.check.failed"
HEARTBEAT_EVENT = "prefect.flow-run.heartbeat"
HEARTBEAT_SECONDS = 30  # the least Prefect allows
HEARTBEAT_LOST_SECONDS = 90
PENDING_LOST_SECONDS = 1_800  # a cluster that has to grow for a container takes many minutes
