-- Where it is warmest: average temperature and number of readings of each location.
SELECT
  location,
  ROUND(AVG(temperature), 2) AS average_temperature,
  COUNT(*) AS readings
FROM "s3tablescatalog/firehosetos3demo"."firehosetos3demo"."firehosetos3demo"
GROUP BY location
ORDER BY average_temperature DESC, location
