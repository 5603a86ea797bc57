-- A hundred rows of the table, every column.
SELECT *
FROM "s3tablescatalog/firehosetos3demo"."firehosetos3demo"."firehosetos3demo"
LIMIT 100
