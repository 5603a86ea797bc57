import { Construct } from "constructs";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { type Condition, attributeList, attributeOrNull, countIf } from "./counted-resource";

export interface AlarmTopicProps {
  /** Whether anyone is to be notified. */
  readonly enabled: Condition;
  readonly topicName: string;
  readonly email: string;
  /** Null when encryption is off. The AWS-managed SNS key would not do: alarms cannot use it, and fail silently. */
  readonly keyArn: string;
}

/** An SNS topic that sends alarms by e-mail. The recipient has to confirm the subscription once. */
export class AlarmTopic extends Construct {
  readonly topic: SnsTopic;
  readonly subscription: SnsTopicSubscription;
  /** The topic's ARN in a list, or an empty list when there is no topic: what an alarm takes as its actions. */
  readonly actions: string[];

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    this.topic = new SnsTopic(this, "alarm_topic", {
      count: countIf(props.enabled),
      name: props.topicName,
      kmsMasterKeyId: props.keyArn,
    });
    this.subscription = new SnsTopicSubscription(this, "alarm_subscription", {
      count: countIf(props.enabled),
      topicArn: attributeOrNull(this.topic, "arn"),
      protocol: "email",
      endpoint: props.email,
    });
    this.actions = attributeList(this.topic, "arn");
  }
}
