/** A Trino function that DuckDB lacks, or has with another meaning, written in DuckDB's SQL. */
export interface TrinoFunction {
  readonly name: string;
  /** One form for each number of parameters. */
  readonly forms: readonly { readonly parameters: readonly string[]; readonly body: string }[];
}

function trino(name: string, ...forms: [parameters: string, body: string][]): TrinoFunction {
  return {
    name,
    forms: forms.map(([parameters, body]) => ({ parameters: parameters.split(", "), body })),
  };
}

const milliseconds = "'%Y-%m-%d %H:%M:%S.%g'";

/** `date_format` takes MySQL's letters, strftime takes C's: %i are minutes there and %M here. */
const cFormat = ["%i>%M", "%s>%S", "%h>%I", "%T>%H:%M:%S", "%e>%-d", "%c>%-m", "%k>%-H", "%l>%-I"]
  .map((pair) => pair.split(">"))
  .reduce((format, [mysql = "", c = ""]) => `replace(${format}, '${mysql}', '${c}')`, "format");

/** `%M` is a month's name in MySQL; it must be gone before `%i` becomes `%M`. */
const strftimeFormat = cFormat.replace("replace(format,", "replace(replace(format, '%M', '%B'),");

const addUnits = ["millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"]
  .map((unit) => `WHEN '${unit}' THEN value + to_${unit}s(amount)`)
  .join(" ");

/**
 * The Trino functions that someone who queries this table would reach for, beside those that both engines share.
 * https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html, https://trino.io/docs/current/functions.html
 */
export const trinoFunctions: readonly TrinoFunction[] = [
  trino("from_unixtime", ["seconds", "to_timestamp(seconds)"]),
  trino("to_unixtime", ["value", "epoch(value)"]),
  trino("from_iso8601_timestamp", ["value", "CAST(value AS TIMESTAMP WITH TIME ZONE)"]),
  trino("from_iso8601_date", ["value", "CAST(value AS DATE)"]),
  trino("to_iso8601", ["value", `replace(strftime(value, ${milliseconds}), ' ', 'T') || 'Z'`]),
  trino("date_format", ["value, format", `strftime(value, ${strftimeFormat})`]),
  trino("date_add", [
    "unit, amount, value",
    `CASE lower(unit) ${addUnits} ELSE error('Not a unit: ' || unit) END`,
  ]),
  trino("date_diff", ["unit, earlier, later", "date_sub(unit, earlier, later)"]),
  trino("day_of_week", ["value", "isodow(value)"]),
  trino("day_of_month", ["value", "day(value)"]),
  trino("day_of_year", ["value", "dayofyear(value)"]),
  trino("week_of_year", ["value", "week(value)"]),
  trino("last_day_of_month", ["value", "last_day(value)"]),
  trino("current_timezone", ["", "current_setting('TimeZone')"]),
  trino("approx_distinct", ["value", "approx_count_distinct(value)"]),
  trino("approx_percentile", ["value, fraction", "approx_quantile(value, fraction)"]),
  trino("map_agg", ["key, value", "map(list(key), list(value))"]),
  trino("is_nan", ["value", "isnan(value)"]),
  trino("is_finite", ["value", "isfinite(value)"]),
  trino("is_infinite", ["value", "isinf(value)"]),
  trino("truncate", ["value", "trunc(value)"]),
  trino("rand", ["", "random()"]),
  trino("regexp_like", ["value, pattern", "regexp_matches(value, pattern)"]),
  trino("json_extract_scalar", ["json, path", "json_extract_string(json, path)"]),
  trino("array_join", ["list, separator", "array_to_string(list, separator)"]),
  trino("cardinality", ["list", "len(list)"]),
  trino(
    "sequence",
    ["start, stop", "generate_series(start, stop)"],
    ["start, stop, step", "generate_series(start, stop, step)"],
  ),
];

export function createMacro({ name, forms }: TrinoFunction): string {
  const overloads = forms.map(({ parameters, body }) => `(${parameters.join(", ")}) AS ${body}`);
  return `CREATE MACRO ${name} ${overloads.join(", ")}`;
}
