# Makes the calls of a scenario with the AWS CLI that $INTEROP_AWS names, and fails
# if one does not end as it should.
set -eu
export AWS_MAX_ATTEMPTS=3 AWS_RETRY_MODE=standard

aws() { "$INTEROP_AWS" --endpoint-url "$INTEROP_ENDPOINT" --output json --no-cli-pager "$@" >/dev/null; }
case $INTEROP_SENDER in awscli-v1) aws() { "$INTEROP_AWS" --endpoint-url "$INTEROP_ENDPOINT" --output json "$@" >/dev/null; } ;; esac

# fails makes a call that has to fail with a text on stderr.
fails() {
	text=$1
	shift
	if errors=$(aws "$@" 2>&1); then
		echo "no $text" >&2
		exit 1
	fi
	case $errors in
	*"$text"*) ;;
	*)
		echo "$errors" >&2
		exit 1
		;;
	esac
}

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
echo body >"$temporary/body"

case $1 in
success)
	aws sts get-caller-identity
	aws sts get-caller-identity
	;;
service-error)
	fails NoSuchKey s3api get-object --bucket "$INTEROP_BUCKET" --key missing "$temporary/got"
	fails 404 s3api head-object --bucket "$INTEROP_BUCKET" --key missing
	fails NotFoundException kms describe-key --key-id missing
	;;
throttled)
	aws kms list-keys
	aws s3api list-objects-v2 --bucket b
	;;
exhausted)
	fails ThrottlingException kms list-keys
	fails InternalFailure sts get-caller-identity
	;;
refused)
	fails "Could not connect" sts get-caller-identity
	;;
timeout)
	fails "Read timeout" sts get-caller-identity --cli-read-timeout 1
	;;
s3)
	aws s3api create-bucket --bucket "$INTEROP_BUCKET"
	for i in 0 1 2; do
		aws s3api put-object --bucket "$INTEROP_BUCKET" --key "key-$i" --body "$temporary/body"
	done
	aws s3api get-object --bucket "$INTEROP_BUCKET" --key key-0 "$temporary/got"
	aws s3api list-objects-v2 --bucket "$INTEROP_BUCKET"
	aws s3api delete-object --bucket "$INTEROP_BUCKET" --key key-0
	;;
paginator)
	aws s3api list-objects-v2 --bucket "$INTEROP_BUCKET" --page-size 2
	;;
threads) # the CLI's own: it copies files side by side
	mkdir "$temporary/files"
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo body >"$temporary/files/key-0-$i"
	done
	aws s3 cp --recursive --only-show-errors "$temporary/files" s3://b/
	;;
session)
	aws sts get-caller-identity
	;;
*)
	echo "no scenario $1" >&2
	exit 2
	;;
esac
