import { Construct } from "constructs";
import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import type { DashboardBody } from "../pipeline/dashboard-body";

export interface PipelineDashboardProps {
  readonly dashboardName: string;
  readonly body: DashboardBody;
}

/** The CloudWatch dashboard. What is on it is decided in pipeline/dashboard-body.ts, which local mode draws too. */
export class PipelineDashboard extends Construct {
  readonly dashboard: CloudwatchDashboard;

  constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    super(scope, id);
    this.dashboard = new CloudwatchDashboard(this, "dashboard", {
      dashboardName: props.dashboardName,
      dashboardBody: JSON.stringify(props.body),
    });
  }
}
