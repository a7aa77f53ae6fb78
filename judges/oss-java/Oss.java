import com.aliyun.oss.*;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.common.utils.CRC64;
import com.aliyun.oss.model.*;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.sts.*;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
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
      check(version + " java temporary keys of STS write, read, list and sign addresses", () -> temporary(version));
      check(version + " java an expired token is refused", () -> expired(version));
      check(version + " java a changed or missing token is refused", () -> tokens(version));
      check(version + " java throttling is told, or tried again and passes", () -> throttling(version));
      check(version + " java an upload that is throttled goes on where it was", () -> throttledUpload(version));
      client.shutdown();
    }
    System.exit(failed ? 1 : 0);
  }

  private static OSS connect(SignVersion version, String secret) {
    return connect(version, 0, System.getenv("ACCESS_ID"), secret, null);
  }

  /** `token` is null for lasting keys. */
  private static OSS connect(SignVersion version, int retries, String id, String secret, String token) {
    var settings = new ClientBuilderConfiguration();
    settings.setSignatureVersion(version);
    settings.setCrcCheckEnabled(true);
    settings.setMaxErrorRetry(retries);
    settings.setSLDEnabled(true);
    return OSSClientBuilder.create().endpoint(facts.get("endpoint")).region(facts.get("region"))
        .credentialsProvider(new DefaultCredentialProvider(id, secret, token))
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

  /** Temporary keys of STS, asked by Alibaba's SDK core. */
  private static AssumeRoleResponse.Credentials assumeRole() throws Exception {
    var request = new AssumeRoleRequest();
    request.setSysEndpoint(URI.create(facts.get("sts")).getAuthority());
    request.setSysProtocol(ProtocolType.HTTP);
    request.setRoleArn(facts.get("role"));
    request.setRoleSessionName("judge");
    var profile = DefaultProfile.getProfile(facts.get("region"), System.getenv("ACCESS_ID"), System.getenv("ACCESS_KEY"));
    var acs = new DefaultAcsClient(profile);
    try {
      return acs.getAcsResponse(request).getCredentials();
    } finally {
      acs.shutdown();
    }
  }

  /** From the nth call of this operation on this key, so many are answered with 503 and a delay of two seconds. */
  private static void throttle(String key, String operation, int nth, int times) throws Exception {
    String rule = String.format("[{\"service\":\"oss\",\"operation\":\"%s\",\"contains\":\"%s\",\"nth\":%d,\"times\":%d,"
        + "\"action\":{\"do\":\"throttle\",\"delaySeconds\":2}}]", operation, key, nth, times);
    var post = HttpRequest.newBuilder(URI.create(facts.get("control") + "/faults")).POST(HttpRequest.BodyPublishers.ofString(rule));
    same(HttpClient.newHttpClient().send(post.build(), HttpResponse.BodyHandlers.discarding()).statusCode(), 200);
  }

  private static void throttled(Check action) throws Exception {
    try {
      action.run();
    } catch (OSSException error) {
      same(error.getErrorCode(), "SlowDown");
      return;
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

  private static void temporary(SignVersion version) throws Exception {
    var by = assumeRole();
    OSS sts = connect(version, 0, by.getAccessKeyId(), by.getAccessKeySecret(), by.getSecurityToken());
    byte[] body = bytes(300_000, 3);
    String key = keys + "sts";
    same(sts.putObject(bucket, key, new ByteArrayInputStream(body)).getServerCRC(), crc(body));
    try (OSSObject got = sts.getObject(bucket, key)) {
      same(Arrays.equals(got.getObjectContent().readAllBytes(), body), true);
    }
    String upload = sts.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key + "-multi")).getUploadId();
    var part = sts.uploadPart(new UploadPartRequest(bucket, key + "-multi", upload, 1, new ByteArrayInputStream(body), body.length)).getPartETag();
    same(sts.listParts(new ListPartsRequest(bucket, key + "-multi", upload)).getParts().get(0).getETag(), part.getETag());
    same(sts.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, key + "-multi", upload, new ArrayList<>(List.of(part)))).getServerCRC(), crc(body));
    same(sts.listObjectsV2(bucket, key).getKeyCount(), 2);
    var address = sts.generatePresignedUrl(bucket, key, new Date(System.currentTimeMillis() + 60_000)).toURI();
    var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
    same(Arrays.equals(answer.body(), body), true);
    sts.shutdown();
  }

  private static void expired(SignVersion version) throws Exception {
    String[] by = System.getenv("EXPIRED").split(" ");
    OSS late = connect(version, 0, by[0], by[1], by[2]);
    refused(() -> late.getObject(bucket, keys + "sts"), "SecurityTokenExpired");
    refused(() -> late.putObject(bucket, keys + "late", new ByteArrayInputStream(new byte[1])), "SecurityTokenExpired");
    same(client.doesObjectExist(bucket, keys + "late"), false);
    late.shutdown();
  }

  private static void tokens(SignVersion version) throws Exception {
    var by = assumeRole();
    String token = by.getSecurityToken();
    String changed = token.substring(0, 9) + (token.charAt(9) == 'A' ? 'B' : 'A') + token.substring(10);
    refused(() -> connect(version, 0, by.getAccessKeyId(), by.getAccessKeySecret(), changed).getObject(bucket, keys + "sts"), "InvalidSecurityToken");
    refused(() -> connect(version, 0, by.getAccessKeyId(), by.getAccessKeySecret(), null).getObject(bucket, keys + "sts"), "InvalidAccessKeyId");
    refused(() -> connect(version, 0, by.getAccessKeyId(), "wrong", token).getObject(bucket, keys + "sts"), "SignatureDoesNotMatch");
  }

  /** This SDK tries again after 503 when it may, and reports it when it may not. */
  private static void throttling(SignVersion version) throws Exception {
    byte[] body = bytes(10_000, 4);
    String key = keys + "x-throttled";
    throttle(key, "PutObject", 1, 1);
    throttled(() -> client.putObject(bucket, key, new ByteArrayInputStream(body)));
    same(client.doesObjectExist(bucket, key), false);
    OSS patient = connect(version, 3, System.getenv("ACCESS_ID"), System.getenv("ACCESS_KEY"), null);
    throttle(key, "PutObject", 1, 2);
    same(patient.putObject(bucket, key, new ByteArrayInputStream(body)).getServerCRC(), crc(body));
    throttle(key, "GetObject", 1, 2);
    try (OSSObject got = patient.getObject(bucket, key)) {
      same(Arrays.equals(got.getObjectContent().readAllBytes(), body), true);
    }
    patient.shutdown();
  }

  private static void throttledUpload(SignVersion version) throws Exception {
    byte[] body = bytes(3_000_011, 5);
    String key = keys + "taken-up";
    Path file = Files.createTempFile(Path.of(facts.get("scratch")), "taken-up", "");
    Files.write(file, body);
    throttle(key, "UploadPart", 3, 1);
    Path record = Path.of(file + ".ucp");
    var request = new UploadFileRequest(bucket, key, file.toString(), 1_000_000, 1, true, record.toString());
    throttled(() -> upload(request));
    same(Files.exists(record), true);
    List<MultipartUpload> uploads = uploadsOf(key);
    same(uploads.size(), 1);
    List<Integer> numbers = new ArrayList<>();
    for (PartSummary part : client.listParts(new ListPartsRequest(bucket, key, uploads.get(0).getUploadId())).getParts()) numbers.add(part.getPartNumber());
    // After a part that failed the SDK sends the others, tells of it then, and the next time sends that part only.
    same(numbers, List.of(1, 2, 4));
    throttle(key, "UploadPart", 2, 1);
    upload(request);
    same(uploadsOf(key).size(), 0);
    same(Files.exists(record), false);
    try (OSSObject got = client.getObject(bucket, key)) {
      same(Arrays.equals(got.getObjectContent().readAllBytes(), body), true);
    }
  }

  private static void upload(UploadFileRequest request) throws Exception {
    try {
      client.uploadFile(request);
    } catch (Exception | Error error) {
      throw error;
    } catch (Throwable error) {
      throw new Exception(error);
    }
  }

  private static List<MultipartUpload> uploadsOf(String key) {
    var request = new ListMultipartUploadsRequest(bucket);
    request.setPrefix(key);
    return client.listMultipartUploads(request).getMultipartUploads();
  }
}
