# Makes the calls of a scenario with the AWS SDK for Ruby, and fails if one does not end as it should.
require "aws-sdk-core"
require "aws-sdk-kms"
require "aws-sdk-s3"

BUCKET = ENV["INTEROP_BUCKET"]

def options(**more)
  { endpoint: ENV.fetch("INTEROP_ENDPOINT"), region: "us-east-1", retry_mode: "standard", max_attempts: 3, **more }
end

def sts(**more) = Aws::STS::Client.new(**options(**more))
def kms = Aws::KMS::Client.new(**options)
def s3 = Aws::S3::Client.new(**options(force_path_style: true))

# fails makes a call that has to fail with a class of errors.
def fails(kind)
  yield
rescue StandardError => e
  raise unless e.class.name == kind
else
  abort "no #{kind}"
end

case ARGV.fetch(0)
when "success"
  sts.get_caller_identity
  sts.get_caller_identity
when "service-error"
  fails("Aws::S3::Errors::NoSuchKey") { s3.get_object(bucket: BUCKET, key: "missing") }
  fails("Aws::S3::Errors::NotFound") { s3.head_object(bucket: BUCKET, key: "missing") }
  fails("Aws::KMS::Errors::NotFoundException") { kms.describe_key(key_id: "missing") }
when "throttled"
  kms.list_keys
  s3.list_objects_v2(bucket: "b")
when "exhausted"
  fails("Aws::KMS::Errors::ThrottlingException") { kms.list_keys }
  fails("Aws::STS::Errors::InternalFailure") { sts.get_caller_identity }
when "refused"
  fails("Seahorse::Client::NetworkingError") { sts.get_caller_identity }
when "timeout"
  fails("Seahorse::Client::NetworkingError") { sts(http_read_timeout: 1).get_caller_identity }
when "s3"
  client = s3
  client.create_bucket(bucket: BUCKET)
  3.times { |i| client.put_object(bucket: BUCKET, key: "key-#{i}", body: "body") }
  client.get_object(bucket: BUCKET, key: "key-0")
  client.list_objects_v2(bucket: BUCKET)
  client.delete_object(bucket: BUCKET, key: "key-0")
when "paginator"
  pages = s3.list_objects_v2(bucket: BUCKET, max_keys: 2).each_page.count
  abort "#{pages} pages" unless pages == 3
when "threads"
  client = kms
  4.times.map { |t| Thread.new { 10.times { |i| client.describe_key(key_id: "key-#{t}-#{i}") } } }.each(&:join)
when "session"
  sts.get_caller_identity
else
  abort "no scenario #{ARGV[0]}"
end
