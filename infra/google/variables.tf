variable "project" {
  description = "Google Cloud project."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket; names are shared by the whole world."
  type        = string
}

variable "dataset" {
  description = "BigQuery dataset of the tables."
  type        = string
  default     = "trips"
}

variable "location" {
  description = "Of the bucket and of the dataset: they have to match."
  type        = string
  default     = "US"
}

variable "kept_versions" {
  description = "Newer versions after which an earlier version of an object is removed."
  type        = number
  default     = 3
}

variable "kept_days" {
  description = "Days after which an earlier version is removed in any case."
  type        = number
  default     = 90
}
