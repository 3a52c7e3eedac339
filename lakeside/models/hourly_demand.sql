-- title: Trips per hour, dataset and pick-up borough
-- column hour: Beginning of the hour of the pick-up; New York wall clock.
-- column trips: Trips that began within the hour in the borough.
-- column passengers: Sum of passenger_count, where it was entered.
-- column mean_miles: Mean trip_distance; miles.
-- column mean_minutes: Mean time from pick-up to drop-off.
-- check counted: trips > 0
-- equal every_trip_once: SELECT (SELECT COALESCE(SUM(trips), 0) FROM hourly_demand) AS found, (SELECT COUNT(*) FROM trips) AS expected
SELECT
  dataset,
  DATETIME_TRUNC(pickup_at, HOUR) AS hour,
  pickup_borough,
  COUNT(*) AS trips,
  SUM(passenger_count) AS passengers,
  AVG(trip_distance) AS mean_miles,
  AVG(minutes) AS mean_minutes
FROM trips
GROUP BY dataset, hour, pickup_borough
