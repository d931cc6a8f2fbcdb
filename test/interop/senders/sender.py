"""Makes the calls of a scenario with boto3, and fails if one does not end as it should."""
import os
import sys
import threading

import boto3
import botocore.config
import botocore.exceptions

BUCKET = os.environ.get("INTEROP_BUCKET", "")


def client(service, **config):
    return boto3.client(service, endpoint_url=os.environ["INTEROP_ENDPOINT"], config=botocore.config.Config(
        retries={"total_max_attempts": 3, "mode": "standard"}, s3={"addressing_style": "path"}, **config))


def fails(kind, call, **parameters):
    """Makes a call that has to fail: with a code, or with an exception of the SDK."""
    try:
        call(**parameters)
    except botocore.exceptions.ClientError as e:
        if e.response["Error"]["Code"] == kind:
            return
        raise
    except Exception as e:
        if type(e).__name__ == kind:
            return
        raise
    sys.exit(f"no {kind}")


def success():
    sts = client("sts")
    sts.get_caller_identity()
    sts.get_caller_identity()


def service_error():
    s3 = client("s3")
    fails("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="missing")
    fails("404", s3.head_object, Bucket=BUCKET, Key="missing")
    fails("NotFoundException", client("kms").describe_key, KeyId="missing")


def throttled():
    client("kms").list_keys()
    client("s3").list_objects_v2(Bucket="b")


def exhausted():
    fails("ThrottlingException", client("kms").list_keys)
    fails("InternalFailure", client("sts").get_caller_identity)


def refused():
    fails("EndpointConnectionError", client("sts").get_caller_identity)


def timeout():
    fails("ReadTimeoutError", client("sts", read_timeout=1).get_caller_identity)


def s3():
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for i in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"key-{i}", Body=b"body")
    s3.get_object(Bucket=BUCKET, Key="key-0")["Body"].read()
    s3.list_objects_v2(Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key="key-0")


def paginator():
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    if sum(1 for _ in pages) != 3:
        sys.exit("not 3 pages")


def threads():
    kms = client("kms")
    done = []

    def work(t):
        for i in range(10):
            kms.describe_key(KeyId=f"key-{t}-{i}")
            done.append(i)

    workers = [threading.Thread(target=work, args=(t,)) for t in range(4)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    if len(done) != 40:
        sys.exit("a thread failed")


def session():
    client("sts").get_caller_identity()


globals()[sys.argv[1].replace("-", "_")]()
