output "settings" {
  description = "What to export for Lakeside."
  value = {
    LAKESIDE_LAKE_URL            = "gs://${google_storage_bucket.lake.name}/lake"
    LAKESIDE_WAREHOUSE__KIND     = "bigquery"
    LAKESIDE_WAREHOUSE__PROJECT  = var.project
    LAKESIDE_WAREHOUSE__DATASET  = google_bigquery_dataset.trips.dataset_id
    LAKESIDE_WAREHOUSE__LOCATION = google_bigquery_dataset.trips.location
  }
}

output "service_account" {
  description = "The account that runs, the console and commands log in as."
  value       = google_service_account.lakeside.email
}
