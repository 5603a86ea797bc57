# Run by `npm run test:terraform`, next to a synthesized cdk.tf.json. Nothing here reaches AWS: the providers are mocks. The
# provisioners are not, so the runner puts a stand-in `aws` first on PATH.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  # The provider checks that references to these look like ARNs.
  mock_resource "aws_s3tables_table_bucket" {
    defaults = { arn = "arn:aws:s3tables:us-east-1:123456789012:bucket/firehosetos3demo" }
  }
  mock_resource "aws_s3tables_table" {
    defaults = { arn = "arn:aws:s3tables:us-east-1:123456789012:bucket/firehosetos3demo/table/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::firehosetos3demo-errors" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_kinesis_firehose_delivery_stream" {
    defaults = { arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/firehosetos3demo" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:function:firehosetos3demo-data-generator" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:123456789012:rule/firehosetos3demo-every-minute" }
  }
}

mock_provider "null" {}

run "everything_on_by_default" {
  command = plan

  assert {
    condition     = length(aws_kms_key.encryption_key) == 1 && length(aws_kms_alias.encryption_key_alias) == 1
    error_message = "By default there is a key with an alias."
  }
  assert {
    condition     = length(aws_iam_role_policy.delivery_encryption_policy) == 1
    error_message = "By default the delivery role may use the key."
  }
  assert {
    condition     = aws_s3tables_table_bucket.table_bucket.encryption_configuration.sse_algorithm == "aws:kms"
    error_message = "By default the table bucket is encrypted with the key."
  }
  assert {
    condition     = length(null_resource.lake_formation_grants) == 1
    error_message = "By default there are Lake Formation grants."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.schedule.state == "ENABLED"
    error_message = "By default the generator runs."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.no_incoming_records_alarm.treat_missing_data == "breaching"
    error_message = "While the generator runs, a stream without records is a fault."
  }
  assert {
    condition     = length(aws_sns_topic.alarm_topic) == 0 && length(data.aws_iam_policy_document.encryption_key_alarm_statement) == 0
    error_message = "Without an address there is no topic, and no alarm uses the key."
  }
  assert {
    condition     = output.athena_table == "\"s3tablescatalog/firehosetos3demo\".\"firehosetos3demo\".\"firehosetos3demo\""
    error_message = "The table's name is quoted for Athena."
  }
}

run "encryption_off" {
  command = plan
  variables { enable_encryption = false }

  assert {
    condition     = length(aws_kms_key.encryption_key) + length(aws_kms_alias.encryption_key_alias) == 0
    error_message = "Without encryption there is no key."
  }
  assert {
    condition     = length(aws_iam_role_policy.delivery_encryption_policy) + length(data.aws_iam_policy_document.delivery_encryption_permissions) == 0
    error_message = "Without encryption no statement names a key."
  }
  assert {
    condition     = aws_s3tables_table_bucket.table_bucket.encryption_configuration.sse_algorithm == "AES256" && aws_s3tables_table_bucket.table_bucket.encryption_configuration.kms_key_arn == null
    error_message = "Without encryption the table bucket says AES256 and a null key."
  }
  assert {
    condition     = output.kms_key_arn == ""
    error_message = "No output is null."
  }
}

run "grants_off" {
  command = plan
  variables { lake_formation_grants = false }

  assert {
    condition     = length(null_resource.lake_formation_grants) == 0
    error_message = "In IAM mode nothing is granted."
  }
}

run "generator_off" {
  command = plan
  variables { generator_enabled = false }

  assert {
    condition     = aws_cloudwatch_event_rule.schedule.state == "DISABLED"
    error_message = "The schedule is paused."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.no_incoming_records_alarm.treat_missing_data == "notBreaching"
    error_message = "A paused generator is no fault."
  }
}

run "notifications_on" {
  command = plan
  variables { alarm_email = "team@example.com" }

  assert {
    condition     = length(aws_sns_topic.alarm_topic) == 1 && aws_sns_topic_subscription.alarm_subscription[0].endpoint == "team@example.com"
    error_message = "The address is subscribed."
  }
  assert {
    condition     = length(data.aws_iam_policy_document.encryption_key_alarm_statement) == 1
    error_message = "Alarms may use the key of the topic."
  }
}

run "hyphens_become_underscores_where_they_must" {
  command = plan
  variables { stack_name = "my-data-stack" }

  assert {
    condition     = aws_s3tables_table_bucket.table_bucket.name == "my-data-stack" && aws_s3_bucket.error_bucket.bucket == "my-data-stack-errors"
    error_message = "Buckets keep the hyphens."
  }
  assert {
    condition     = aws_s3tables_namespace.namespace.namespace == "my_data_stack" && aws_s3tables_table.table.name == "my_data_stack"
    error_message = "Namespace and table have underscores."
  }
}

run "rejects_a_short_stack_name" {
  command = plan
  variables { stack_name = "ab" }
  expect_failures = [var.stack_name]
}

run "rejects_a_long_stack_name" {
  command = plan
  variables { stack_name = "a2345678901234567890123456789012345678901234567890" }
  expect_failures = [var.stack_name]
}

run "rejects_uppercase_in_the_stack_name" {
  command = plan
  variables { stack_name = "MyStack" }
  expect_failures = [var.stack_name]
}

run "rejects_an_underscore_in_the_stack_name" {
  command = plan
  variables { stack_name = "my_stack" }
  expect_failures = [var.stack_name]
}

run "rejects_a_hyphen_at_the_end_of_the_stack_name" {
  command = plan
  variables { stack_name = "my-stack-" }
  expect_failures = [var.stack_name]
}

run "rejects_a_reserved_prefix_of_the_stack_name" {
  command = plan
  variables { stack_name = "aws-stack" }
  expect_failures = [var.stack_name]
}

run "rejects_a_reserved_suffix_of_the_stack_name" {
  command = plan
  variables { stack_name = "stack--table-s3" }
  expect_failures = [var.stack_name]
}

run "rejects_what_is_no_region" {
  command = plan
  variables { region = "virginia" }
  expect_failures = [var.region]
}

run "rejects_what_is_no_address" {
  command = plan
  variables { alarm_email = "nobody" }
  expect_failures = [var.alarm_email]
}

run "rejects_null_for_encryption" {
  command = plan
  variables { enable_encryption = null }
  expect_failures = [var.enable_encryption]
}

run "rejects_null_for_grants" {
  command = plan
  variables { lake_formation_grants = null }
  expect_failures = [var.lake_formation_grants]
}

run "rejects_null_for_the_generator" {
  command = plan
  variables { generator_enabled = null }
  expect_failures = [var.generator_enabled]
}

run "applies_with_grants" {
  command = apply

  assert {
    condition     = terraform_data.table_encryption.output == true
    error_message = "The table's encryption is remembered."
  }
}

run "refuses_to_turn_encryption_off_later" {
  command = plan
  variables { enable_encryption = false }
  expect_failures = [terraform_data.table_encryption]
}
