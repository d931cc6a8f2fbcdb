#!/usr/bin/env python3
"""Counts the exceptions that TestCorpusExceptions expects, from the datagrams alone.

    python3 exceptions.py ../../testdata/corpus/*.jsonl >exceptions.txt

A line is the file, the type of the event, whose exception it is, its code and its
status, and how often it occurs. Whose a code is stands in the table below, which
holds what occurs in these files, and not in the field that an SDK put it in. Look
at what changes before you commit it.
"""
import collections
import json
import pathlib
import sys

OF_THE_SDK = {
    "ConnectionClosedError", "EndpointConnectionError", "EmptyStaticCreds", "ERR_INVALID_ARG_TYPE",
    "NetworkingError", "ProxyConnectionError", "ReadTimeoutError", "RequestAbortedError", "RequestCanceled",
    "RequestError", "SerializationError", "SyntaxError", "TimeoutError", "UnknownEndpoint", "XMLParserError",
    "NETWORK_CONNECTION", "REQUEST_TIMEOUT", "Seahorse::Client::NetworkingError",
    "java.net.SocketTimeoutException", "org.apache.http.conn.HttpHostConnectException",
}
# What a code is, where a sender has another name for it, or a message alone.
NAMES = {
    "Aws::KMS::Errors::NotFoundException": "NotFoundException",
    "Aws::KMS::Errors::ThrottlingException": "ThrottlingException",
    "Aws::S3::Errors::NoSuchKey": "NoSuchKey",
    "Aws::S3::Errors::NotFound": "NotFound",
    "Aws::STS::Errors::InternalFailure": "InternalFailure",
}
MESSAGES = {"curlCode: 7": "NETWORK_CONNECTION", "curlCode: 28": "REQUEST_TIMEOUT"}

counts = collections.Counter()
for name in sys.argv[1:]:
    for line in open(name, encoding="utf-8", errors="replace"):
        e = json.loads(line)
        final = "Final" if e["Type"] == "ApiCall" else ""
        code = e.get(final + "AwsException") or e.get(final + "SdkException")
        if not code:
            code = MESSAGES.get((e.get(final + "SdkExceptionMessage") or "").split(",")[0])
        if not code:
            continue
        code = NAMES.get(code, code)
        status = e.get(final + "HttpStatusCode") or "-"
        if status == -1:
            status = "-"
        sdk = code in OF_THE_SDK or code == "InvalidParameter" and status == "-"
        counts[pathlib.Path(name).stem, e["Type"], "SDK" if sdk else "AWS", str(code), str(status)] += 1
for key, n in sorted(counts.items()):
    print(*key, n)
