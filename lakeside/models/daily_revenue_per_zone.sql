-- title: Trips and revenue per day, dataset and pick-up zone
-- column day: Day of the pick-up; New York wall clock. Days outside any published month are kept.
-- column trips: Trips that began on the day in the zone.
-- column fares: Sum of fare_amount; US dollars, refunds and disputes taken off.
-- column tips: Sum of tips paid by card; US dollars.
-- column revenue: Sum of total_amount; US dollars.
-- check counted: trips > 0
-- equal every_trip_once: SELECT (SELECT COALESCE(SUM(trips), 0) FROM daily_revenue_per_zone) AS found, (SELECT COUNT(*) FROM trips) AS expected
SELECT
  dataset,
  DATE(pickup_at) AS day,
  pickup_zone_id, pickup_borough, pickup_zone,
  COUNT(*) AS trips,
  SUM(fare_amount) AS fares,
  SUM(tip_amount) AS tips,
  SUM(total_amount) AS revenue
FROM trips
GROUP BY dataset, day, pickup_zone_id, pickup_borough, pickup_zone
