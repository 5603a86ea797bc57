import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const temporary = mkdtempSync(join(tmpdir(), "faults-run-test-"));
afterAll(() => {
  rmSync(temporary, { recursive: true });
});

function disks(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith("faults-test-"));
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "leaves no disk behind when %s ends it",
  async (signal, exitCode) => {
    const command = ["--require", "tsx/cjs", join(__dirname, "run.ts"), "--rounds", "40", "--seed", "7"];
    const env = { ...process.env, TMPDIR: temporary };
    const campaign = spawn(process.execPath, command, { env, stdio: "ignore" });
    const exited = once(campaign, "exit");
    // Once a server has written something, all that could be left behind is there.
    while (
      campaign.exitCode === null &&
      !disks().some((disk) => readdirSync(join(temporary, disk)).length > 0)
    )
      await delay(10);

    // As npm does, which passes on what the terminal has sent already.
    campaign.kill(signal);
    campaign.kill(signal);

    expect(await exited).toEqual([exitCode, null]);
    expect(disks()).toEqual([]);
  },
  60_000,
);
