-- title: Trips of yellow and green taxis, with names for codes and zones
-- partition: source_month
-- column dataset: Whose trip it is: yellow or green.
-- column source_month: First day of the month whose file the row came from.
-- column source_row: Row in the source file, from 0.
-- column pickup_at: When the meter was engaged; New York wall clock.
-- column dropoff_at: When the meter was disengaged; New York wall clock.
-- column minutes: From pick-up to drop-off; negative where the meter said so.
-- column vendor: Provider of the record, by TLC's code.
-- column rate: Rate in effect at the end of the trip, by TLC's code.
-- column payment: How the passenger paid, by TLC's code.
-- column trip_type: How a green trip began; null for yellow ones.
-- column total_amount: Total charged to the passenger, without cash tips; US dollars.
-- check traced: source_month IS NOT NULL AND source_row IS NOT NULL
-- check known_dataset: dataset IN ('yellow', 'green')
-- check zones_named: pickup_zone_id IS NULL OR pickup_zone IS NOT NULL OR pickup_zone_id NOT BETWEEN 1 AND 265
-- equal every_trip_once: SELECT (SELECT COUNT(*) FROM trips) AS found, (SELECT COUNT(*) FROM yellow) + (SELECT COUNT(*) FROM green) AS expected
WITH metered AS (
  SELECT
    'yellow' AS dataset, source_month, source_row,
    tpep_pickup_datetime AS pickup_at, tpep_dropoff_datetime AS dropoff_at,
    VendorID, RatecodeID, payment_type, CAST(NULL AS INT64) AS trip_type_id,
    PULocationID, DOLocationID, passenger_count, trip_distance, store_and_fwd_flag,
    fare_amount, extra, mta_tax, tip_amount, tolls_amount, improvement_surcharge,
    congestion_surcharge, cbd_congestion_fee, Airport_fee AS airport_fee, total_amount
  FROM yellow
  UNION ALL
  SELECT
    'green' AS dataset, source_month, source_row,
    lpep_pickup_datetime AS pickup_at, lpep_dropoff_datetime AS dropoff_at,
    VendorID, RatecodeID, payment_type, trip_type AS trip_type_id,
    PULocationID, DOLocationID, passenger_count, trip_distance, store_and_fwd_flag,
    fare_amount, extra, mta_tax, tip_amount, tolls_amount, improvement_surcharge,
    congestion_surcharge, cbd_congestion_fee, CAST(NULL AS FLOAT64) AS airport_fee, total_amount
  FROM green
)
SELECT
  m.dataset, m.source_month, m.source_row, m.pickup_at, m.dropoff_at,
  DATETIME_DIFF(m.dropoff_at, m.pickup_at, SECOND) / 60 AS minutes,
  CASE m.VendorID
    WHEN 1 THEN 'Creative Mobile Technologies' WHEN 2 THEN 'Curb Mobility'
    WHEN 3 THEN 'Digital Dispatch Systems' WHEN 6 THEN 'Myle' WHEN 7 THEN 'Helix'
  END AS vendor,
  CASE m.RatecodeID
    WHEN 1 THEN 'standard' WHEN 2 THEN 'JFK' WHEN 3 THEN 'Newark' WHEN 4 THEN 'Nassau or Westchester'
    WHEN 5 THEN 'negotiated' WHEN 6 THEN 'group ride' WHEN 99 THEN 'unknown'
  END AS rate,
  CASE m.payment_type
    WHEN 0 THEN 'flex fare' WHEN 1 THEN 'credit card' WHEN 2 THEN 'cash' WHEN 3 THEN 'no charge'
    WHEN 4 THEN 'dispute' WHEN 5 THEN 'unknown' WHEN 6 THEN 'voided trip'
  END AS payment,
  CASE m.trip_type_id WHEN 1 THEN 'street hail' WHEN 2 THEN 'dispatch' END AS trip_type,
  m.PULocationID AS pickup_zone_id, pickup.Borough AS pickup_borough, pickup.Zone AS pickup_zone,
  m.DOLocationID AS dropoff_zone_id, dropoff.Borough AS dropoff_borough, dropoff.Zone AS dropoff_zone,
  m.passenger_count, m.trip_distance, m.store_and_fwd_flag,
  m.fare_amount, m.extra, m.mta_tax, m.tip_amount, m.tolls_amount, m.improvement_surcharge,
  m.congestion_surcharge, m.cbd_congestion_fee, m.airport_fee, m.total_amount
FROM metered AS m
LEFT JOIN zones AS pickup ON pickup.LocationID = m.PULocationID
LEFT JOIN zones AS dropoff ON dropoff.LocationID = m.DOLocationID
