-- The 50 newest readings above 25 degrees Celsius.
SELECT
  sensor_id,
  temperature,
  humidity,
  "timestamp",
  from_unixtime("timestamp") AS reading_time
FROM "s3tablescatalog/firehosetos3demo"."firehosetos3demo"."firehosetos3demo"
WHERE temperature > 25
ORDER BY "timestamp" DESC, temperature DESC, sensor_id
LIMIT 50
