# The bucket, the dataset and the account Lakeside works with; docs/google-cloud.md explains each.
#
#     terraform init && terraform apply -var project=my-project -var bucket=my-bucket

terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0, < 8.0"
    }
  }
}

provider "google" {
  project = var.project
}

resource "google_project_service" "needed" {
  for_each           = toset(["storage.googleapis.com", "bigquery.googleapis.com"])
  service            = each.value
  disable_on_destroy = false
}

resource "google_storage_bucket" "lake" {
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # Earlier versions of an object are what `lakeside versions`, `diff` and `restore` work on.
  versioning {
    enabled = true
  }

  # What a folder lake does by `lakeside prune`, a bucket does by itself.
  lifecycle_rule {
    condition {
      num_newer_versions = var.kept_versions
      with_state         = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.kept_days
      with_state                 = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }

  # Parts of an upload that was cut are not objects, and nobody sees what they cost.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }
}

# BigQuery loads only from a bucket whose location its dataset's matches.
resource "google_bigquery_dataset" "trips" {
  dataset_id = var.dataset
  location   = var.location
  depends_on = [google_project_service.needed]
}

# Results of checks are kept beside the tables.
resource "google_bigquery_dataset" "checks" {
  dataset_id = "lakeside_checks"
  location   = var.location
  depends_on = [google_project_service.needed]
}

resource "google_service_account" "lakeside" {
  account_id   = "lakeside"
  display_name = "Lakeside"
}

resource "google_storage_bucket_iam_member" "lake" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = google_service_account.lakeside.member
}

resource "google_bigquery_dataset_iam_member" "trips" {
  dataset_id = google_bigquery_dataset.trips.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.lakeside.member
}

resource "google_bigquery_dataset_iam_member" "checks" {
  dataset_id = google_bigquery_dataset.checks.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.lakeside.member
}

resource "google_project_iam_member" "jobs" {
  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.lakeside.member
}
