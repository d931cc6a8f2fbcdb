"""Makes the calls of a scenario with the AWS SDK for C++, which pyarrow brings along, and fails
if one does not end as it should. It has S3 alone."""
import concurrent.futures
import os
import sys
import urllib.parse

import pyarrow.fs

BUCKET = os.environ.get("INTEROP_BUCKET", "")


def filesystem(**more):
    return pyarrow.fs.S3FileSystem(
        endpoint_override=urllib.parse.urlsplit(os.environ["INTEROP_ENDPOINT"]).netloc, scheme="http",
        region="us-east-1", allow_bucket_creation=True, check_directory_existence_before_creation=True,
        retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=3), **more)


def fails(text, call, *arguments):
    """Makes a call that has to fail with a text."""
    try:
        call(*arguments)
    except OSError as e:
        if text in str(e):
            return
        raise
    sys.exit(f"no {text}")


def success():
    fs = filesystem()
    fs.get_file_info(BUCKET + "/key-0")
    fs.get_file_info(BUCKET + "/key-1")


def service_error():
    fails("does not exist", filesystem().open_input_file, BUCKET + "/missing")
    fails("NO_SUCH_BUCKET", filesystem().get_file_info, pyarrow.fs.FileSelector("no-such-bucket-here"))


def throttled():
    filesystem().get_file_info(pyarrow.fs.FileSelector("b"))


def exhausted():
    fails("SLOW_DOWN", filesystem().get_file_info, pyarrow.fs.FileSelector("b"))


def refused():
    fails("NETWORK_CONNECTION", filesystem().get_file_info, pyarrow.fs.FileSelector("b"))


def timeout():
    fails("NETWORK_CONNECTION", filesystem(request_timeout=1).get_file_info, pyarrow.fs.FileSelector("b"))


def s3():
    fs = filesystem()
    fs.create_dir(BUCKET)
    for i in range(3):
        with fs.open_output_stream(f"{BUCKET}/key-{i}") as f:
            f.write(b"body")
    with fs.open_input_file(BUCKET + "/key-0") as f:
        f.read()
    fs.get_file_info(pyarrow.fs.FileSelector(BUCKET))


def paginator():
    fs = filesystem()
    if len(fs.get_file_info(pyarrow.fs.FileSelector("b"))) != 3:
        sys.exit("not an object from each of three pages")


def threads():
    fs = filesystem()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        paths = [f"b/key-{t}-{i}" for t in range(4) for i in range(10)]
        if len(list(pool.map(lambda path: fs.get_file_info(path).size, paths))) != 40:
            sys.exit("a thread failed")


def session():
    filesystem().get_file_info(BUCKET + "/key-0")


globals()[sys.argv[1].replace("-", "_")]()
