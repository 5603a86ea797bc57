import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prices } from "../../pipeline/prices";
import { settings } from "../../pipeline/settings";
import { monthlyCost } from "../../operations/estimate/cost";
import { estimate } from "../../operations/estimate/scaling";
import { capacityOf, type Workload } from "../../operations/estimate/workload";
import { OperatorProject } from "../support/operator-command";

const workload = (changes: Partial<Workload> = {}): Workload => ({
  recordsPerSecond: 200,
  recordBytes: 130,
  region: "us-east-1",
  generator: true,
  bufferingSizeMib: 5,
  encrypted: true,
  ...changes,
});

const costOf = (changes: Partial<Workload> = {}) => {
  const chosen = workload(changes);
  return monthlyCost(chosen, capacityOf(chosen));
};

describe("the default pipeline, against figures worked out by hand", () => {
  const capacity = capacityOf(workload());
  const { items } = costOf();
  const amount = (name: string) => items.find((item) => item.name === name)?.amount.high;

  it("sends 432 million records, 56 GB, in 30 days", () => {
    expect(capacity.recordsPerMonth).toBe(432_000_000);
    expect(capacity.bytesPerMonth).toBe(56_160_000_000);
  });

  it("fills its 5 MiB in 242 s, because the generator pauses for ten seconds of each minute", () => {
    expect(capacity.flushedBy).toBe("size");
    expect(capacity.flushSeconds).toBeCloseTo(242, 0);
  });

  it.each([
    ["Lambda, generator", 14.4],
    ["Firehose", 4.21],
    ["S3 Tables storage", 0.74],
    ["KMS key", 1],
  ])("pays for %s %d dollars", (name, usd) => {
    expect(amount(name)).toBeCloseTo(usd, 2);
  });
});

it("closes a slow stream's buffer by its interval", () => {
  const capacity = capacityOf(workload({ recordsPerSecond: 10 }));

  expect(capacity).toMatchObject({
    flushedBy: "interval",
    flushSeconds: settings.deliveryStream.bufferingIntervalSeconds,
  });
});

it("leaves out what is not there: no generator, no Lambda; no encryption, no key", () => {
  const names = costOf({ generator: false, encrypted: false }).items.map(({ name }) => name);

  expect(names).not.toContain("KMS key");
  expect(names.join()).not.toContain("Lambda");
});

it("measures against the quotas of the Region", () => {
  const [large, small] = ["us-east-1", "eu-central-1"].map(
    (region) => capacityOf(workload({ region })).quotas,
  );

  expect(large?.map(({ limit }) => limit)).toEqual([500_000, 2_000, 5 * 1024 ** 2]);
  expect(small?.map(({ limit }) => limit)).toEqual([100_000, 1_000, 1024 ** 2]);
});

it("asks for larger quotas, buffers and more functions only where they are needed", () => {
  expect(estimate(workload()).changes).toEqual([]);
  expect(estimate(workload(), 1000).changes.join("\n")).toMatch(
    /functions that share the rate[^]*raise the Direct PUT quota "bytes a second"[^]*bufferingSizeMib to 128/,
  );
});

it("says where a raised quota has to be written down, when one function shall send more than the default allows", () => {
  const { changes } = estimate(workload({ region: "eu-central-1" }), 50);

  expect(changes.join("\n")).toMatch(/write it into pipeline\/firehose-limits\.ts/);
});

it("adds its items up, and none is without a price and a source", () => {
  const { items, total } = costOf();

  expect(total.high).toBeCloseTo(items.reduce((sum, { amount }) => sum + amount.high, 0));
  for (const { usd, source } of Object.values(prices)) {
    expect(usd).toBeGreaterThan(0);
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing\/$/);
  }
});

describe("npm run estimate", () => {
  let project: OperatorProject;

  beforeEach(() => {
    project = new OperatorProject();
  });

  afterEach(() => {
    project.remove();
  });

  it("shows cost, capacity and growth", async () => {
    const { code, stdout, stderr } = await project.run("estimate", []);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchSnapshot();
  });

  it("says that the prices are those of another Region, which terraform.tfvars names", async () => {
    project.write("terraform.tfvars", 'region = "eu-central-1" # near us\n');

    const { stdout } = await project.run("estimate", ["--json", "--scale", "2"]);
    const { stdout: text } = await project.run("estimate", []);

    expect(JSON.parse(stdout)).toMatchObject({
      pricedRegion: "us-east-1",
      estimates: [{ factor: 1, workload: { region: "eu-central-1" } }, { factor: 2 }],
    });
    expect(text).toContain("eu-central-1 may cost more or less than us-east-1");
  });

  it.each([
    ["a rate of nothing", ["--records-per-second", "0"], /above 0/],
    ["a record beyond Firehose's limit", ["--record-bytes", "1024001"], /1 to 1,024,000/],
    ["a buffer beyond Firehose's limit", ["--buffer-mib", "129"], /1 to 128/],
    ["a factor of nothing", ["--scale", "10,0"], /factors above 0/],
    ["a factor beyond all numbers", ["--scale", "9".repeat(400)], /factors above 0/],
    ["a Region that is none", ["--region", "Frankfurt"], /code of an AWS Region/],
  ])("rejects %s", async (_, args, message) => {
    const { code, stderr } = await project.run("estimate", args);

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

it("leaves nothing but JSON on stdout through npm too, asked as its help says", () => {
  const { stdout } = spawnSync("npm run --silent estimate -- --scale 10 --json", {
    cwd: join(__dirname, "..", ".."),
    encoding: "utf8",
    shell: true,
  });

  expect(JSON.parse(stdout)).toHaveProperty("pricedRegion");
});
