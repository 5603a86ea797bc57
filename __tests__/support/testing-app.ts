import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, Testing } from "cdktf";

const outdir = mkdtempSync(join(tmpdir(), "testing-app-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

/** `Testing.app()` leaves a folder behind each time; this one's is gone after the test file. */
export function testingApp(context: Readonly<Record<string, unknown>> = {}): App {
  return Testing.app({ outdir, context: { ...context } });
}
