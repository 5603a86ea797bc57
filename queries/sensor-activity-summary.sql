-- What each sensor has sent: number of readings, averages, first and last reading.
SELECT
  sensor_id,
  location,
  COUNT(*) AS total_readings,
  ROUND(AVG(temperature), 2) AS average_temperature,
  ROUND(AVG(humidity), 2) AS average_humidity,
  from_unixtime(MIN("timestamp")) AS first_reading,
  from_unixtime(MAX("timestamp")) AS last_reading
FROM "s3tablescatalog/firehosetos3demo"."firehosetos3demo"."firehosetos3demo"
GROUP BY sensor_id, location
ORDER BY sensor_id, location
