import com.amazonaws.AmazonServiceException;
import com.amazonaws.ClientConfiguration;
import com.amazonaws.SdkClientException;
import com.amazonaws.client.builder.AwsClientBuilder;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.amazonaws.services.kms.model.DescribeKeyRequest;
import com.amazonaws.services.kms.model.ListKeysRequest;
import com.amazonaws.services.s3.AmazonS3;
import com.amazonaws.services.s3.AmazonS3ClientBuilder;
import com.amazonaws.services.s3.model.ListObjectsV2Request;
import com.amazonaws.services.s3.model.ListObjectsV2Result;
import com.amazonaws.services.securitytoken.AWSSecurityTokenService;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Makes the calls of a scenario with aws-sdk-java v1, and fails if one does not end as it should. */
public class Sender {
    private static final String BUCKET = System.getenv("INTEROP_BUCKET");

    private static <B extends AwsClientBuilder<B, ?>> B at(B builder) {
        return builder
            .withEndpointConfiguration(new EndpointConfiguration(System.getenv("INTEROP_ENDPOINT"), "us-east-1"))
            .withClientConfiguration(configuration());
    }

    private static ClientConfiguration configuration() {
        return new ClientConfiguration().withMaxErrorRetry(2);
    }

    private static AWSSecurityTokenService sts() {
        return at(AWSSecurityTokenServiceClientBuilder.standard()).build();
    }

    private static AWSKMS kms() {
        return at(AWSKMSClientBuilder.standard()).build();
    }

    private static AmazonS3 s3() {
        return at(AmazonS3ClientBuilder.standard().withPathStyleAccessEnabled(true)).build();
    }

    private static void call(AWSSecurityTokenService sts) {
        sts.getCallerIdentity(new GetCallerIdentityRequest());
    }

    /** Makes a call that has to fail: with a code of the service, or in the client. */
    private static void fails(String kind, Runnable call) {
        try {
            call.run();
        } catch (AmazonServiceException e) {
            if (e.getErrorCode().equals(kind)) {
                return;
            }
            throw e;
        } catch (SdkClientException e) {
            if (e.getClass().getSimpleName().equals(kind)) {
                return;
            }
            throw e;
        }
        throw new IllegalStateException("no " + kind);
    }

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "success":
                call(sts());
                call(sts());
                break;
            case "service-error":
                fails("NoSuchKey", () -> s3().getObject(BUCKET, "missing"));
                fails("404 Not Found", () -> s3().getObjectMetadata(BUCKET, "missing"));
                fails("NotFoundException", () -> kms().describeKey(new DescribeKeyRequest().withKeyId("missing")));
                break;
            case "throttled":
                kms().listKeys(new ListKeysRequest());
                s3().listObjectsV2("b");
                break;
            case "exhausted":
                fails("ThrottlingException", () -> kms().listKeys(new ListKeysRequest()));
                fails("InternalFailure", () -> call(sts()));
                break;
            case "refused":
                fails("SdkClientException", () -> call(sts()));
                break;
            case "timeout":
                fails("SdkClientException", () -> call(at(AWSSecurityTokenServiceClientBuilder.standard())
                    .withClientConfiguration(configuration().withSocketTimeout(500)).build()));
                break;
            case "s3":
                AmazonS3 s3 = s3();
                s3.createBucket(BUCKET);
                for (int i = 0; i < 3; i++) {
                    s3.putObject(BUCKET, "key-" + i, "body");
                }
                s3.getObjectAsString(BUCKET, "key-0");
                s3.listObjectsV2(BUCKET);
                s3.deleteObject(BUCKET, "key-0");
                break;
            case "paginator":
                paginator();
                break;
            case "threads":
                threads();
                break;
            case "session":
                call(sts());
                break;
            default:
                throw new IllegalArgumentException(args[0]);
        }
        // The SDK sends on a thread of its own, and has no way to wait for it.
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0); // that thread would keep an old SDK's program alive
    }

    private static void paginator() {
        AmazonS3 s3 = s3();
        ListObjectsV2Request request = new ListObjectsV2Request().withBucketName(BUCKET).withMaxKeys(2);
        int pages = 0;
        ListObjectsV2Result page;
        do {
            page = s3.listObjectsV2(request);
            request.setContinuationToken(page.getNextContinuationToken());
            pages++;
        } while (page.isTruncated());
        if (pages != 3) {
            throw new IllegalStateException(pages + " pages");
        }
    }

    private static void threads() throws Exception {
        AWSKMS kms = kms();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String prefix = "key-" + t + "-";
            done.add(pool.submit(() -> {
                for (int i = 0; i < 10; i++) {
                    kms.describeKey(new DescribeKeyRequest().withKeyId(prefix + i));
                }
            }));
        }
        for (Future<?> future : done) {
            future.get();
        }
        pool.shutdown();
    }
}
