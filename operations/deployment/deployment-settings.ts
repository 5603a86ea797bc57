import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UsageError, UserError } from "../../local/cli/user-error";
import { defaultStackName, pipelineNames, stackNameProblems, type PipelineNames } from "../../pipeline/names";
import { settings } from "../../pipeline/settings";
import { isRegionCode, regionRule } from "./region";
import { readJsonSettings, readSettingsFile } from "./settings-file";
import { readVariableDefinitions, type VariableValue } from "./variable-definitions";

/** `npm run deploy` writes it. */
const outputsFile = "outputs.json";
/** The stack's key in it. */
const outputsKey = "streaming-analytics";

/** Flags that say which deployment is meant. */
export interface DeploymentFlags {
  readonly stackName?: string;
  readonly region?: string;
}

/** One deployment of the pipeline, or the one that the next `npm run deploy` makes. */
export interface Deployment {
  readonly names: PipelineNames;
  readonly region: string;
  /** Where the stack's name was found, to be shown: a mistaken one explains most surprises. */
  readonly source: string;
  /** Whether outputs.json says that it was deployed from this folder. */
  readonly deployed: boolean;
  readonly variables: StackVariableValues;
}

/** The other variables of the stack, with their defaults. */
export interface StackVariableValues {
  readonly lakeFormationGrants: boolean;
  readonly generatorEnabled: boolean;
  readonly enableEncryption: boolean;
  readonly alarmEmail: string;
}

/** What the name and the Region are taken from first: what was deployed, or what will be. */
export type Precedence = "deployed" | "next-deploy";

interface Source {
  readonly name: string;
  readonly stackName?: VariableValue;
  readonly region?: VariableValue;
}

/**
 * Finds the deployment that a command is about: flags, then the outputs of the last deploy and the Terraform variables
 * (in the order that the precedence says), then the defaults.
 *
 * @param directory the project
 * @throws UserError when a file cannot be read or a value is not what the stack takes
 */
export function findDeployment(
  flags: DeploymentFlags,
  precedence: Precedence,
  directory = process.cwd(),
  environment: NodeJS.ProcessEnv = process.env,
): Deployment {
  const outputs = readOutputs(directory);
  const variables = readVariables(directory, environment);
  const fromOutputs: Source = {
    name: outputsFile,
    stackName: outputs?.firehose_stream_name ?? null,
    region: outputs?.region ?? null,
  };
  const fromVariables: Source = {
    name: "terraform.tfvars",
    stackName: variables.get("stack_name") ?? null,
    region: variables.get("region") ?? null,
  };
  const sources: Source[] = [
    { name: "--stack-name", stackName: flags.stackName ?? null, region: flags.region ?? null },
    // Before a deploy only the variables count: the last deploy may have been another stack.
    ...(precedence === "deployed" ? [fromOutputs, fromVariables] : [fromVariables]),
    { name: "default", stackName: defaultStackName, region: settings.region },
  ];

  const found = sources.find(({ stackName }) => typeof stackName === "string");
  const stackName = String(found?.stackName);
  const region = String(sources.find((source) => typeof source.region === "string")?.region);
  const problems = stackNameProblems(stackName);
  if (problems.length > 0) throw new UsageError(`${problems.join("\n")} (${found?.name ?? ""})`);
  if (!isRegionCode(region)) throw new UsageError(`region: ${regionRule} Received "${region}".`);
  return {
    names: pipelineNames(stackName),
    region,
    source: found?.name ?? "default",
    deployed: outputs?.firehose_stream_name === stackName && outputs.region === region,
    variables: {
      lakeFormationGrants: flag(variables, "lake_formation_grants"),
      generatorEnabled: flag(variables, "generator_enabled"),
      enableEncryption: flag(variables, "enable_encryption"),
      alarmEmail: String(variables.get("alarm_email") ?? ""),
    },
  };
}

type Outputs = Readonly<Record<string, unknown>> & {
  readonly firehose_stream_name?: string;
  readonly region?: string;
};

function readOutputs(directory: string): Outputs | undefined {
  const path = join(directory, outputsFile);
  if (!existsSync(path)) return undefined;
  const outputs = readJsonSettings(path, outputsFile)[outputsKey];
  return typeof outputs === "object" && outputs !== null ? (outputs as Outputs) : undefined;
}

/**
 * Terraform's own order, the later wins: TF_VAR_ in the environment, terraform.tfvars, terraform.tfvars.json, and the
 * *.auto.tfvars files by name. https://developer.hashicorp.com/terraform/language/values/variables
 */
function readVariables(
  directory: string,
  environment: NodeJS.ProcessEnv,
): ReadonlyMap<string, VariableValue> {
  const variables = new Map<string, VariableValue>();
  const prefix = "TF_VAR_";
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(prefix) && value !== undefined) variables.set(name.slice(prefix.length), value);
  }
  const automatic = readdirSync(directory).filter((file) => /\.auto\.tfvars(\.json)?$/.test(file));
  for (const file of ["terraform.tfvars", "terraform.tfvars.json", ...automatic.sort()]) {
    const path = join(directory, file);
    if (!existsSync(path)) continue;
    const definitions = file.endsWith(".json")
      ? (Object.entries(readJsonSettings(path, file)) as [string, VariableValue][])
      : readVariableDefinitions(readSettingsFile(path, file), file);
    for (const [name, value] of definitions) variables.set(name, value);
  }
  return variables;
}

function flag(variables: ReadonlyMap<string, VariableValue>, name: string): boolean {
  const value = variables.get(name) ?? true;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new UserError(`${name} must be true or false; received ${JSON.stringify(value)}`);
}
