import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { UserError } from "./cli/user-error";
import type { PipelineInfo } from "./page/api";

const run = promisify(execFile);
const probeMs = 1_000;

/** @throws UserError when something listens there, naming it where that can be known */
export async function assertPortIsFree(port: number): Promise<void> {
  const problem = await listenProblem(port);
  if (problem === undefined) return;
  if (problem === "EACCES")
    throw new UserError(
      `Port ${port} may not be used without special rights. Choose one above 1023 with --port.`,
    );
  const holder =
    (await otherServer(port)) ?? (await processAt(port).catch(() => undefined)) ?? "another program";
  throw new UserError(
    `Port ${port} is in use by ${holder}. Choose another one with --port, or --port 0 for any that is free.`,
  );
}

function listenProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

/** A server like this one says what it serves. */
async function otherServer(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/pipeline`, {
      signal: AbortSignal.timeout(probeMs),
    });
    const { stackName, warehouse } = (await response.json()) as Partial<PipelineInfo>;
    return stackName && warehouse ? `another local pipeline: stack ${stackName} in ${warehouse}` : undefined;
  } catch {
    return undefined;
  }
}

async function processAt(port: number): Promise<string | undefined> {
  if (process.platform === "linux") return linuxProcessAt(port);
  if (process.platform === "win32") return undefined;
  const { stdout } = await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], {
    timeout: probeMs,
  });
  const [, pid] = /^p(\d+)$/m.exec(stdout) ?? [];
  const [, name] = /^c(.+)$/m.exec(stdout) ?? [];
  return pid && name ? `${name} (process ${pid})` : undefined;
}

/** Finds the socket in /proc/net/tcp and the process that has it open, as far as this user may look. */
function linuxProcessAt(port: number): string | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = "0A";
  const inodes = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === listening)
    .map((fields) => `socket:[${fields[9] ?? ""}]`);
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (!openFiles(pid).some((file) => inodes.includes(file))) continue;
    return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
  }
  return undefined;
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((file) => readlinkSync(`/proc/${pid}/fd/${file}`));
  } catch {
    return [];
  }
}
