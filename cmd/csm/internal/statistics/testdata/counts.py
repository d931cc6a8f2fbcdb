#!/usr/bin/env python3
"""Counts what TestCorpus expects, from the datagrams alone.

    python3 counts.py ../../../../../testdata/corpus/*.jsonl >counts.json

It knows nothing of the Go code, and has tables of its own, which hold what
occurs in these files. Look at what changes before you commit it.
"""
import collections
import json
import pathlib
import sys

THROTTLING = {
    "ProvisionedThroughputExceededException", "SlowDown", "ThrottlingException", "TooManyRequestsException",
}
# What each name that the SDKs gave themselves stands for.
NAMES = {
    "ConnectionClosedError": "connection_error",
    "EndpointConnectionError": "connection_error",
    "NetworkingError": "connection_error",
    "ProxyConnectionError": "connection_error",
    "RequestError": "connection_error",
    "UnknownEndpoint": "connection_error",
    "ReadTimeoutError": "timeout",
    "TimeoutError": "timeout",
    "RequestAbortedError": "cancelled",
    "RequestCanceled": "cancelled",
    "EmptyStaticCreds": "client_error",
    "ERR_INVALID_ARG_TYPE": "client_error",
    "InvalidParameter": "client_error",
    "SerializationError": "server_error",  # here always with a response that is none
    "SyntaxError": "server_error",
    "XMLParserError": "server_error",
}
# Java's classes, Ruby's, and what C++ says where it has no code.
NAMES |= {
    "java.net.SocketTimeoutException": "timeout",
    "org.apache.http.conn.HttpHostConnectException": "connection_error",
    "Seahorse::Client::NetworkingError": "connection_error",
    "NETWORK_CONNECTION": "connection_error",
    "REQUEST_TIMEOUT": "timeout",
}
MESSAGES = {"curlCode: 7": "NETWORK_CONNECTION", "curlCode: 28": "REQUEST_TIMEOUT"}
PHASES = {
    "acquire": "AcquireConnectionLatency", "connect": "ConnectLatency", "dns": "DnsLatency", "tcp": "TcpLatency",
    "tls": "SslLatency", "request": "RequestLatency",
}


def result(code, status):
    if code in THROTTLING or status == 429:
        return "throttled"
    if code in NAMES:
        return NAMES[code]
    if status >= 500:
        return "server_error"
    if status >= 400 or code:
        return "client_error"
    return "ok" if status else "unknown"


def count(lines):
    n = collections.Counter()
    results, statuses, phases = collections.Counter(), collections.Counter(), collections.Counter()
    errors = collections.defaultdict(lambda: {"attempts": 0, "calls": 0})
    series = set()
    last = None  # the attempt before, where it is its call's: of Java 1.11, whose calls tell nothing
    for line in lines:
        e = json.loads(line)
        final = "Final" if e["Type"] == "ApiCall" else ""
        code = str(e.get(final + "AwsException") or e.get(final + "SdkException") or "")
        message = e.get(final + "AwsExceptionMessage") or e.get(final + "SdkExceptionMessage") or ""
        code = code or MESSAGES.get(message.split(",")[0], "")
        if code.startswith("Aws::"):
            code = code.split("::")[-1]
        status = max(0, e.get(final + "HttpStatusCode") or 0)
        if final and e.get("AttemptCount") and "UserAgent" not in e and not code and not status:
            code, status, e["Region"] = last
        last = code, status, e.get("Region")
        r = result(code, status)
        series.add((e.get("ClientId"), e.get("Service"), e.get("Api"), e.get("Region") or ""))
        if final:
            n["calls"] += 1
            n["retries"] += max(0, e.get("AttemptCount", 0) - 1)
            n["milliseconds"] += e["Latency"]
            results[r] += 1
        else:
            n["attempts"] += 1
            n["throttled"] += r == "throttled"
            n["attempt_milliseconds"] += e["AttemptLatency"]
            n["connections_new"] += e.get("ConnectionReused") == 0
            n["connections_reused"] += e.get("ConnectionReused") == 1
            if status:
                statuses[str(status)] += 1
            for phase, field in PHASES.items():
                phases[phase] += field in e
        if r not in ("ok", "unknown"):
            errors[f"{code} {status}"]["calls" if final else "attempts"] += 1
    return dict(n, series=len(series), results=results, statuses=statuses, errors=errors, phases=+phases)


json.dump({pathlib.Path(f).stem: count(open(f, encoding="utf-8", errors="replace")) for f in sys.argv[1:]},
          sys.stdout, indent=1, sort_keys=True)
print()
