// Makes the calls of a scenario with aws-sdk-js v2, and fails if one does not end as it should.
const AWS = require("aws-sdk");

const bucket = process.env.INTEROP_BUCKET;

function options(httpOptions) {
  return {
    endpoint: process.env.INTEROP_ENDPOINT,
    region: "us-east-1",
    maxRetries: 2,
    retryDelayOptions: { base: 10 },
    httpOptions,
  };
}
const sts = (httpOptions) => new AWS.STS(options(httpOptions));
const kms = () => new AWS.KMS(options());
const s3 = () => new AWS.S3({ ...options(), s3ForcePathStyle: true });

// fails makes a call that has to fail with a code.
async function fails(code, request) {
  try {
    await request.promise();
  } catch (e) {
    if (e.code === code) return;
    throw e;
  }
  throw new Error("no " + code);
}

const scenarios = {
  async success() {
    await sts().getCallerIdentity().promise();
    await sts().getCallerIdentity().promise();
  },
  async "service-error"() {
    await fails("NoSuchKey", s3().getObject({ Bucket: bucket, Key: "missing" }));
    await fails("NotFound", s3().headObject({ Bucket: bucket, Key: "missing" }));
    await fails("NotFoundException", kms().describeKey({ KeyId: "missing" }));
  },
  async throttled() {
    await kms().listKeys().promise();
    await s3().listObjectsV2({ Bucket: "b" }).promise();
  },
  async exhausted() {
    await fails("ThrottlingException", kms().listKeys());
    await fails("InternalFailure", sts().getCallerIdentity());
  },
  refused: () => fails("UnknownEndpoint", sts().getCallerIdentity()),
  timeout: () => fails("TimeoutError", sts({ timeout: 500 }).getCallerIdentity()),
  async s3() {
    const client = s3();
    await client.createBucket({ Bucket: bucket }).promise();
    for (let i = 0; i < 3; i++) {
      await client.putObject({ Bucket: bucket, Key: "key-" + i, Body: "body" }).promise();
    }
    await client.getObject({ Bucket: bucket, Key: "key-0" }).promise();
    await client.listObjectsV2({ Bucket: bucket }).promise();
    await client.deleteObject({ Bucket: bucket, Key: "key-0" }).promise();
  },
  async paginator() { // version 2 has pages for its requests, and no promises of them
    let pages = 0;
    await new Promise((resolve, reject) => {
      s3().listObjectsV2({ Bucket: bucket, MaxKeys: 2 }).eachPage((err, data) => {
        if (err) return reject(err);
        if (data === null) return resolve();
        pages++;
        return true;
      });
    });
    if (pages !== 3) throw new Error(pages + " pages");
  },
  async threads() { // JavaScript has none: requests side by side
    const client = kms();
    await Promise.all([0, 1, 2, 3].map(async (t) => {
      for (let i = 0; i < 10; i++) await client.describeKey({ KeyId: `key-${t}-${i}` }).promise();
    }));
  },
  session: () => sts().getCallerIdentity().promise(),
};

scenarios[process.argv[2]]().catch((e) => {
  console.error(e);
  process.exitCode = 1;
});
