import com.aliyun.oss.*;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.common.utils.CRC64;
import com.aliyun.oss.model.*;
import java.io.*;
import java.util.*;

/** Alibaba's Java SDK against the emulated OSS, its CRC checks on, under V1 and V4 signatures. */
public class Oss {
  private static final Map<String, String> facts = new HashMap<>();
  private static final String prefix = "judge-java-" + Long.toString(System.nanoTime(), 36) + "/";
  private static boolean failed = false;
  private static OSS client;
  private static String bucket;
  private static String keys;

  interface Check {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    for (String arg : args) facts.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    bucket = facts.get("bucket");
    for (SignVersion version : List.of(SignVersion.V1, SignVersion.V4)) {
      client = connect(version, System.getenv("ACCESS_KEY"));
      keys = prefix + version + "/";
      check(version + " java put and get with the SDK's CRC check", Oss::putAndGet);
      check(version + " java ranges, metadata, conditions", Oss::ranges);
      check(version + " java multipart upload with the CRC of the whole", Oss::multipart);
      check(version + " java pages of a listing", Oss::pages);
      check(version + " java copies and deletes", Oss::copies);
      check(version + " java refusals by code", Oss::refusals);
      check(version + " java a wrong secret is refused", () -> refused(() -> connect(version, "wrong").getObjectMetadata(bucket, keys + "x"), "SignatureDoesNotMatch", "AccessDenied", "403"));
      client.shutdown();
    }
    System.exit(failed ? 1 : 0);
  }

  private static OSS connect(SignVersion version, String secret) {
    var settings = new ClientBuilderConfiguration();
    settings.setSignatureVersion(version);
    settings.setCrcCheckEnabled(true);
    settings.setMaxErrorRetry(0);
    settings.setSLDEnabled(true);
    return OSSClientBuilder.create().endpoint(facts.get("endpoint")).region(facts.get("region"))
        .credentialsProvider(new DefaultCredentialProvider(System.getenv("ACCESS_ID"), secret))
        .clientConfiguration(settings).build();
  }

  private static void check(String name, Check check) {
    try {
      check.run();
      System.out.println("ok " + name);
    } catch (Throwable error) {
      failed = true;
      String why = (error + " at " + (error.getStackTrace().length > 0 ? error.getStackTrace()[0] : "?")).replaceAll("\\s+", " ");
      System.out.println("FAIL " + name + ": " + why.substring(0, Math.min(400, why.length())));
    }
  }

  private static void same(Object found, Object wanted) {
    if (!Objects.equals(found, wanted)) throw new AssertionError("found " + found + ", wanted " + wanted);
  }

  private static void refused(Check action, String... words) throws Exception {
    try {
      action.run();
    } catch (OSSException error) {
      for (String word : words) if (String.valueOf(error.getErrorCode()).contains(word)) return;
      throw new AssertionError("refused with another code: " + error.getErrorCode());
    }
    throw new AssertionError("was accepted");
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static long crc(byte[] bytes) {
    CRC64 crc = new CRC64();
    crc.update(bytes, bytes.length);
    return crc.getValue();
  }

  private static void putAndGet() throws Exception {
    byte[] body = bytes(300_000, 1);
    var meta = new ObjectMetadata();
    meta.addUserMetadata("run", "r7");
    PutObjectResult put = client.putObject(bucket, keys + "one é +&", new ByteArrayInputStream(body), meta);
    same(put.getServerCRC(), crc(body));
    try (OSSObject got = client.getObject(bucket, keys + "one é +&")) {
      same(Arrays.equals(got.getObjectContent().readAllBytes(), body), true);
      same(got.getObjectMetadata().getUserMetadata().get("run"), "r7");
      same(got.getServerCRC(), crc(body));
    }
  }

  private static void ranges() throws Exception {
    byte[] body = bytes(300_000, 1);
    var request = new GetObjectRequest(bucket, keys + "one é +&");
    request.setRange(1000, 1999);
    try (OSSObject got = client.getObject(request)) {
      same(Arrays.equals(got.getObjectContent().readAllBytes(), Arrays.copyOfRange(body, 1000, 2000)), true);
    }
    ObjectMetadata head = client.headObject(bucket, keys + "one é +&");
    same(head.getContentLength(), 300_000L);
    same(head.getRawMetadata().get("x-oss-hash-crc64ecma"), Long.toUnsignedString(crc(body)));
    var changed = new GetObjectRequest(bucket, keys + "one é +&");
    changed.setMatchingETagConstraints(List.of("0".repeat(32)));
    refused(() -> client.getObject(changed), "PreconditionFailed");
    var never = new ObjectMetadata();
    never.setHeader("x-oss-forbid-overwrite", "true");
    refused(() -> client.putObject(bucket, keys + "one é +&", new ByteArrayInputStream(new byte[1]), never), "FileAlreadyExists");
  }

  private static void multipart() throws Exception {
    byte[] body = bytes(1_000_000, 2);
    String key = keys + "multi";
    String upload = client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key)).getUploadId();
    List<PartETag> parts = new ArrayList<>();
    for (int at = 0, n = 1; at < body.length; at += 300_000, n++) {
      int length = Math.min(300_000, body.length - at);
      parts.add(client.uploadPart(new UploadPartRequest(bucket, key, upload, n, new ByteArrayInputStream(body, at, length), length)).getPartETag());
    }
    same(client.listParts(new ListPartsRequest(bucket, key, upload)).getParts().size(), 4);
    CompleteMultipartUploadResult done = client.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, key, upload, parts));
    same(done.getServerCRC(), crc(body));
    same(done.getClientCRC(), crc(body));
    String left = client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key + "-left")).getUploadId();
    client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, key + "-left", left));
    refused(() -> client.listParts(new ListPartsRequest(bucket, key + "-left", left)), "NoSuchUpload");
  }

  private static void pages() throws Exception {
    for (int n = 0; n < 25; n++) client.putObject(bucket, keys + "many/" + (100 + n), new ByteArrayInputStream(new byte[n]));
    List<String> found = new ArrayList<>();
    String next = null;
    do {
      var request = new ListObjectsV2Request(bucket, keys + "many/");
      request.setMaxKeys(10);
      request.setContinuationToken(next);
      ListObjectsV2Result page = client.listObjectsV2(request);
      for (OSSObjectSummary one : page.getObjectSummaries()) found.add(one.getKey().substring((keys + "many/").length()));
      next = page.getNextContinuationToken();
    } while (next != null);
    same(found.size(), 25);
    same(found.get(0) + found.get(24), "100124");
  }

  private static void copies() throws Exception {
    client.copyObject(bucket, keys + "multi", bucket, keys + "again");
    same(client.headObject(bucket, keys + "again").getContentLength(), 1_000_000L);
    client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(List.of(keys + "again", keys + "multi")));
    same(client.doesObjectExist(bucket, keys + "again"), false);
    client.deleteObject(bucket, keys + "one é +&");
  }

  private static void refusals() throws Exception {
    refused(() -> client.getObject(bucket, keys + "nothing"), "NoSuchKey");
    refused(() -> client.listObjects("there-is-no-such-bucket"), "NoSuchBucket");
  }
}
