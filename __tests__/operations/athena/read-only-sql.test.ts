import { assertReadsOnly } from "../../../operations/athena/read-only-sql";

it.each([
  "SELECT 1",
  "  \n-- a comment\n/* another */ select 1",
  "(SELECT 1) UNION (SELECT 2)",
  "WITH x AS (SELECT 1) SELECT * FROM x",
  "VALUES 1",
  "SHOW TABLES",
  "DESCRIBE my_stream",
  "EXPLAIN SELECT 1",
])("lets through %s", (sql) => {
  expect(() => {
    assertReadsOnly(sql);
  }).not.toThrow();
});

it.each([
  "INSERT INTO x WITH y AS (SELECT 1) SELECT * FROM y",
  "-- SELECT\nDELETE FROM x",
  "/* SELECT */ DROP TABLE x",
  "CREATE TABLE x AS SELECT 1",
  "UNLOAD (SELECT 1) TO 's3://x/'",
  "EXPLAIN ANALYZE INSERT INTO x SELECT 1",
  "EXPLAIN  \n ANALYZE SELECT 1",
  "SELECTED",
  "",
  "-- nothing",
])("rejects %s", (sql) => {
  expect(() => {
    assertReadsOnly(sql);
  }).toThrow(/read-only/);
});
