"""Pure: domain data in, frozen view models out."""
