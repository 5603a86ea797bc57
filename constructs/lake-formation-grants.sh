# Grants or revokes the delivery role's Lake Formation permissions. POSIX sh.
# $0       grant-lake-formation-permissions or revoke-lake-formation-permissions
# REGION, DATABASE_PERMISSIONS, TABLE_PERMISSIONS, COLUMN_PERMISSIONS
#          the last three are documents for `aws lakeformation ... --cli-input-json`
set -u
export AWS_PAGER=""

say() { printf 'Lake Formation: %s\n' "$1"; }

stop() {
  for line in "$@"; do printf '%s\n' "$line" >&2; done
  exit 1
}

call() { aws lakeformation "$1" --region "$REGION" --cli-input-json "$2" 2>&1; }

# Nothing to revoke, or nobody to revoke it from: the role, the table or the grant is gone already.
is_gone() {
  case $1 in
    *EntityNotFoundException* | *"Invalid principal"* | *"No permissions revoked"* | *"does not exist"*) return 0 ;;
  esac
  return 1
}

explain() {
  action=$1 what=$2 answer=$3 again="deploy again"
  if [ "$action" = revoke ]; then again="run the same command again"; fi
  case $answer in
    *AccessDenied* | *"Insufficient Lake Formation permission"*)
      why="The identity that runs this is not a Lake Formation administrator of this account and Region."
      mend="Ask an administrator to add it: Lake Formation console, Administrative roles and tasks, Data lake administrators, Add.
With the CLI, read the settings (get-data-lake-settings), append the identity and write the whole back:
put-data-lake-settings replaces the list, so a bare one removes every other administrator."
      if [ "$action" = grant ]; then
        mend="$mend
If S3 Tables of this account is integrated in IAM mode, no grants are needed: set lake_formation_grants = false."
      else
        mend="$mend
Then $again."
      fi
      ;;
    *"Invalid principal"*)
      why="Lake Formation still does not know the role."
      mend="IAM is slower than usual today: $again."
      ;;
    *EntityNotFoundException*)
      why="Lake Formation does not see the table in the s3tablescatalog of this Region."
      mend="Enable the integration of S3 Tables with the analytics services in this Region (S3 console, Table buckets, Enable integration), then $again."
      ;;
    *ExpiredToken* | *"Unable to locate credentials"* | *UnrecognizedClientException*)
      why="The AWS CLI has no valid credentials."
      mend="Sign in again. The CLI must use the same account as Terraform: set AWS_PROFILE for both."
      ;;
    *"Parameter validation failed"* | *"Invalid choice"* | *"invalid choice"*)
      why="The installed AWS CLI is too old to know S3 Tables catalogs."
      mend="Install AWS CLI 2.27 or newer, then $again."
      ;;
    *)
      why="See the answer of AWS below."
      mend="Mend what it names, then $again."
      ;;
  esac
  stop "Lake Formation: could not $action $what." "Why: $why" "What to do: $mend" "Answer of AWS: $answer"
}

revoke_one() {
  if answer=$(call revoke-permissions "$2"); then
    say "revoked $1"
  elif is_gone "$answer"; then
    say "$1: nothing left to revoke"
  else
    return 1
  fi
}

# What was granted before the failure would outlive a destroy: Terraform runs no destroy step for a failed resource.
granted=0
take_back_one() {
  revoke_one "$1" "$2" || say "could not take back $1: $answer
$1 would outlive a destroy: deploy again until it succeeds, then a destroy revokes them."
}
take_back() {
  if [ "$granted" -ge 2 ]; then take_back_one "the table permissions" "$TABLE_PERMISSIONS"; fi
  if [ "$granted" -ge 1 ]; then take_back_one "the database permissions" "$DATABASE_PERMISSIONS"; fi
}

# A role that was just made is unknown to Lake Formation for some seconds.
grant_one() {
  attempt=1 attempts=7 delay=2
  until answer=$(call grant-permissions "$2"); do
    failure=$answer
    case $failure in
      *"Invalid principal"*)
        if [ "$attempt" -lt "$attempts" ]; then
          say "the role is not known yet (attempt $attempt of $attempts), trying again in $delay s"
          sleep "$delay"
          attempt=$((attempt + 1))
          delay=$((delay * 2))
          if [ "$delay" -gt 30 ]; then delay=30; fi
          continue
        fi
        ;;
    esac
    take_back
    explain grant "$1" "$failure"
  done
  granted=$((granted + 1))
  say "granted $1"
}

if ! command -v aws >/dev/null 2>&1; then
  stop "Lake Formation: the AWS CLI (aws) is not on PATH." \
    "Why: Terraform's own resource for Lake Formation does not know S3 Tables catalogs in the pinned provider version, so the CLI is used." \
    "What to do: install AWS CLI 2.27 or newer, or, where S3 Tables is integrated in IAM mode, set lake_formation_grants = false."
fi

case $0 in
  grant-lake-formation-permissions)
    trap 'take_back; exit 130' INT TERM
    grant_one "the database permissions" "$DATABASE_PERMISSIONS"
    grant_one "the table permissions" "$TABLE_PERMISSIONS"
    grant_one "the column permissions" "$COLUMN_PERMISSIONS"
    ;;
  revoke-lake-formation-permissions)
    revoke_one "the column permissions" "$COLUMN_PERMISSIONS" || explain revoke "the column permissions" "$answer"
    revoke_one "the table permissions" "$TABLE_PERMISSIONS" || explain revoke "the table permissions" "$answer"
    revoke_one "the database permissions" "$DATABASE_PERMISSIONS" || explain revoke "the database permissions" "$answer"
    ;;
  *) stop "Lake Formation: unknown action $0" ;;
esac
