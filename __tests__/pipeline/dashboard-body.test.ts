import { pipelineArns } from "../../pipeline/arns";
import { type DashboardWidget, dashboardBody } from "../../pipeline/dashboard-body";
import { pipelineNames } from "../../pipeline/names";

const names = pipelineNames("my-stack");
const arns = pipelineArns(names, { partition: "aws", region: "eu-west-1", account: "123456789012" });
const body = dashboardBody(names, "eu-west-1", arns);

function charts() {
  return body.widgets.flatMap((widget) => (widget.type === "metric" ? [widget.properties] : []));
}

describe("dashboard body", () => {
  it("has nine metric widgets under three headings, and one with the alarms' state", () => {
    const count = (type: DashboardWidget["type"]) =>
      body.widgets.filter((widget) => widget.type === type).length;

    expect([count("metric"), count("text"), count("alarm")]).toEqual([9, 3, 1]);
  });

  it("draws each of the article's metrics", () => {
    const drawn = charts().flatMap(({ metrics }) => metrics.map((row) => row.slice(0, 2)));

    expect(drawn).toEqual([
      ["AWS/Firehose", "IncomingRecords"],
      ["AWS/Firehose", "DeliveryToIceberg.SuccessfulRowCount"],
      ["AWS/Firehose", "DeliveryToIceberg.FailedRowCount"],
      ["AWS/Firehose", "DeliveryToIceberg.DataFreshness"],
      ["AWS/Firehose", "DeliveryToIceberg.Bytes"],
      ["AWS/Lambda", "Invocations"],
      ["AWS/Lambda", "Errors"],
      ["AWS/Lambda", "Duration"],
      ["AWS/S3/Tables", "TableBucketSizeBytes"],
      ["AWS/S3/Tables", "TableBucketNumberOfObjects"],
    ]);
  });

  it("gives each metric the dimensions under which AWS publishes it", () => {
    const rows = charts().flatMap(({ metrics }) => metrics.map((row) => row.slice(1, -1)));

    expect(rows[0]).toEqual(["IncomingRecords", "DeliveryStreamName", "my-stack"]);
    expect(rows[5]).toEqual(["Invocations", "FunctionName", "my-stack-data-generator"]);
    expect(rows[8]).toEqual([
      "TableBucketSizeBytes",
      ...["TableBucketName", "my-stack", "TableName", "ALL", "Namespace", "ALL"],
      ...["StorageType", "TablesStandardStorage"],
    ]);
    expect(rows[9]?.slice(-2)).toEqual(["StorageType", "ALL"]);
  });

  it("looks back far enough for metrics that come once a day", () => {
    const daily = charts().filter(({ period }) => period === 86_400);

    expect(daily.map(({ title }) => title)).toEqual(["Storage size", "File count"]);
    for (const chart of daily) expect(chart.start).toBe("-P14D");
    expect(body.periodOverride).toBe("inherit");
  });

  it("fills the 24-column grid without overlap", () => {
    const cells = new Set<string>();
    for (const { x, y, width, height } of body.widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let line = y; line < y + height; line++) {
          expect(cells).not.toContain(`${column},${line}`);
          cells.add(`${column},${line}`);
        }
      }
    }
    expect(cells.size % 24).toBe(0);
  });

  it("shows the state of all four alarms", () => {
    const [alarms] = body.widgets.flatMap((widget) =>
      widget.type === "alarm" ? [widget.properties.alarms] : [],
    );

    expect(alarms).toEqual(
      ["failed-rows", "stale-data", "generator-errors", "no-incoming-records"].map(
        (alarm) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:my-stack-${alarm}`,
      ),
    );
  });

  it("reads the metrics of the given Region", () => {
    for (const { region } of charts()) expect(region).toBe("eu-west-1");
  });
});
