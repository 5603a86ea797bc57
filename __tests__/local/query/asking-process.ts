import { QueryProcess } from "../../../local/query/query-process";
import { terminalLimits } from "../../../local/query/query-session";
import { pipelineNames } from "../../../pipeline/names";

// Asks what takes for ever, and tells its parent who is to answer.

const asked = new QueryProcess(pipelineNames("test-stack"), terminalLimits);
void asked.ask({ columns: [], files: [], snapshots: [] }, process.argv[2] ?? "");
process.send?.(asked.pid);
