import com.aliyun.odps.*;
import com.aliyun.odps.account.*;
import com.aliyun.odps.PartitionSpec;
import com.aliyun.odps.data.Record;
import com.aliyun.odps.data.RecordReader;
import com.aliyun.odps.data.RecordWriter;
import com.aliyun.odps.task.SQLTask;
import com.aliyun.odps.tunnel.InstanceTunnel;
import com.aliyun.odps.tunnel.TableTunnel;
import com.aliyun.odps.tunnel.io.TunnelRecordReader;
import java.math.BigDecimal;
import java.util.*;

/** Alibaba's Java SDK against the emulated MaxCompute, as a program in Java uses it. */
public class Sdk {
  private static final Map<String, String> facts = new HashMap<>();
  private static final String table = "judge_java_" + Long.toString(System.nanoTime(), 36);
  private static boolean failed = false;
  private static Odps odps;

  interface Check {
    void run() throws Exception;
  }

  /** Arguments `name=value`: endpoint, project, region; keys come by environment. */
  public static void main(String[] args) throws Exception {
    for (String arg : args) facts.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    odps = connect(System.getenv("ACCESS_KEY"));
    check("sdk project and its properties", Sdk::project);
    check("sdk a wrong secret is refused", Sdk::wrongSecret);
    check("sdk signature V4", Sdk::signatureV4);
    check("sdk tables are made, described and listed", Sdk::tables);
    check("sdk rows are written by SQL and read as a result", Sdk::result);
    check("sdk numbers are written", Sdk::numbers);
    check("sdk an answer of 25,000 rows through the tunnel", Sdk::tunnel);
    check("sdk partitions", Sdk::partitions);
    check("sdk 25,000 rows through the table tunnel, in blocks, and back", Sdk::tableTunnel);
    check("sdk an instance is found by its id, with its text and logview", Sdk::instance);
    check("sdk an instance is cancelled", Sdk::cancel);
    check("sdk errors by code", Sdk::errors);
    check("sdk tables are dropped", Sdk::drop);
    System.exit(failed ? 1 : 0);
  }

  private static Odps connect(String secret) {
    var odps = new Odps(new AliyunAccount(System.getenv("ACCESS_ID"), secret));
    odps.setEndpoint(facts.get("endpoint"));
    odps.setDefaultProject(facts.get("project"));
    return odps;
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

  private static void has(String text, String part) {
    if (text == null || !text.contains(part)) throw new AssertionError("found " + text + ", wanted " + part);
  }

  private static Instance run(String sql) throws OdpsException {
    Map<String, String> hints = new HashMap<>();
    hints.put("odps.sql.type.system.odps2", "true");
    Instance instance = SQLTask.run(odps, facts.get("project"), sql, hints, null);
    instance.waitForSuccess();
    return instance;
  }

  private static void refused(Check action, String... words) throws Exception {
    try {
      action.run();
    } catch (OdpsException error) {
      for (String word : words) if (String.valueOf(error.getMessage()).contains(word) || String.valueOf(error.getErrorCode()).contains(word)) return;
      throw new AssertionError("refused with other words: " + error.getErrorCode() + " " + error.getMessage());
    }
    throw new AssertionError("was accepted");
  }

  private static void project() throws Exception {
    Project project = odps.projects().get();
    project.reload();
    same(project.getName(), facts.get("project"));
    same(project.getProperties().get("odps.sql.type.system.odps2"), "true");
    if (project.getOwner() == null || project.getOwner().isEmpty()) throw new AssertionError("no owner");
  }

  private static void wrongSecret() throws Exception {
    refused(() -> connect("wrong").projects().get().reload(), "SignatureNotMatch", "0410042");
  }

  private static void signatureV4() throws Exception {
    var v4 = new Odps(new AliyunAccount(System.getenv("ACCESS_ID"), System.getenv("ACCESS_KEY"), facts.get("region")));
    v4.setEndpoint(facts.get("endpoint"));
    v4.setDefaultProject(facts.get("project"));
    v4.projects().get().reload();
    var wrong = new Odps(new AliyunAccount(System.getenv("ACCESS_ID"), "wrong", facts.get("region")));
    wrong.setEndpoint(facts.get("endpoint"));
    wrong.setDefaultProject(facts.get("project"));
    refused(() -> wrong.projects().get().reload(), "SignatureNotMatch", "0410042");
  }

  private static void tables() throws Exception {
    run("create table " + table + " (id bigint not null comment 'key', name varchar(20), price decimal(12,2),"
        + " day date, weight double, yes boolean, seen timestamp) comment 'judge' lifecycle 7;");
    Table found = odps.tables().get(table);
    found.reload();
    same(found.getComment(), "judge");
    same(found.getLife(), 7L);
    List<String> types = new ArrayList<>();
    for (Column column : found.getSchema().getColumns()) types.add(column.getTypeInfo().getTypeName().toLowerCase());
    same(types, List.of("bigint", "varchar(20)", "decimal(12,2)", "date", "double", "boolean", "timestamp"));
    same(found.getSchema().getColumn(0).getComment(), "key");
    List<String> names = new ArrayList<>();
    for (Table one : odps.tables()) names.add(one.getName());
    if (!names.contains(table)) throw new AssertionError("not listed: " + names);
    same(odps.tables().exists("there_is_no_such_table"), false);
  }

  private static void result() throws Exception {
    run("insert into " + table + " values (1, 'é, \"x\"', 12.30BD, date'2020-01-02', 1.5, true, timestamp'2020-01-02 03:04:05.678'),"
        + " (2, 'b', null, null, null, null, null);");
    List<Record> rows = SQLTask.getResult(run("select id, name, price, day from " + table + " order by id limit 10;"));
    same(rows.size(), 2);
    same(rows.get(0).getString(0), "1");
    same(rows.get(0).getString(1), "é, \"x\"");
    same(new BigDecimal(rows.get(0).getString(2)).compareTo(new BigDecimal("12.30")), 0);
    same(rows.get(0).getString(3), "2020-01-02");
  }

  private static void numbers() throws Exception {
    StringBuilder values = new StringBuilder();
    for (int n = 0; n < 250; n++) values.append(n == 0 ? "(" : ", (").append(n).append(", 1)");
    run("create table " + table + "_n (n bigint, k bigint);");
    run("insert into " + table + "_n values " + values + ";");
  }

  private static void tunnel() throws Exception {
    String join = " a join " + table + "_n b on a.k = b.k where b.n < 100;";
    Instance instance = run("select a.n * 100 + b.n as n from " + table + "_n" + join);
    long count = 0;
    long sum = 0;
    InstanceTunnel.DownloadSession session = new InstanceTunnel(odps).createDownloadSession(facts.get("project"), instance.getId());
    same(session.getRecordCount(), 25_000L);
    try (TunnelRecordReader reader = session.openRecordReader(0, session.getRecordCount())) {
      for (Record row; (row = reader.read()) != null; ) {
        count++;
        sum += row.getBigint(0);
      }
    }
    same(count, 25_000L);
    // The numbers from 0 to 24,999, each once.
    same(sum, 24_999L * 25_000L / 2);
  }

  private static void partitions() throws Exception {
    String name = table + "_p";
    run("create table " + name + " (a bigint) partitioned by (ds string);");
    run("insert overwrite table " + name + " partition (ds='20200101') select 1;");
    Table found = odps.tables().get(name);
    List<String> specs = new ArrayList<>();
    for (Partition partition : found.getPartitions()) specs.add(partition.getPartitionSpec().toString(false, true));
    same(specs, List.of("ds=20200101"));
    same(found.hasPartition(new PartitionSpec("ds='20200102'")), false);
    found.createPartition(new PartitionSpec("ds='20200102'"), true);
    same(found.hasPartition(new PartitionSpec("ds='20200102'")), true);
    found.deletePartition(new PartitionSpec("ds='20200102'"), true);
    same(found.getPartitions().size(), 1);
    odps.tables().delete(name);
  }

  private static void tableTunnel() throws Exception {
    String name = table + "_t";
    run("create table " + name + " (id bigint, name string, price decimal(12,2)) partitioned by (ds string);");
    odps.tables().get(name).createPartition(new PartitionSpec("ds='20200101'"), true);
    TableTunnel tunnel = new TableTunnel(odps);
    PartitionSpec spec = new PartitionSpec("ds='20200101'");
    TableTunnel.UploadSession upload = tunnel.createUploadSession(facts.get("project"), name, spec);
    for (long block = 0; block < 5; block++) {
      // Every other block is deflated, as a client chooses.
      try (RecordWriter writer = upload.openRecordWriter(block, block % 2 == 1)) {
        for (long n = block * 5_000; n < (block + 1) * 5_000; n++) {
          Record row = upload.newRecord();
          row.setBigint(0, n);
          if (n % 10 != 0) row.setString(1, "é " + n);
          row.setDecimal(2, BigDecimal.valueOf(n, 2));
          writer.write(row);
        }
      }
    }
    same(upload.getBlockList().length, 5);
    upload.commit(new Long[] {0L, 1L, 2L, 3L, 4L});
    for (boolean deflated : new boolean[] {false, true}) {
      TableTunnel.DownloadSession download = tunnel.createDownloadSession(facts.get("project"), name, spec);
      same(download.getRecordCount(), 25_000L);
      long count = 0;
      try (RecordReader reader = download.openRecordReader(0, download.getRecordCount(), deflated)) {
        for (Record row; (row = reader.read()) != null; count++) {
          same(row.getBigint(0), count);
          same(row.getString(1), count % 10 == 0 ? null : "é " + count);
          same(row.getDecimal(2).compareTo(BigDecimal.valueOf(count, 2)), 0);
        }
      }
      same(count, 25_000L);
    }
    odps.tables().delete(name);
  }

  private static void instance() throws Exception {
    Instance instance = run("select 1 as one;");
    same(odps.instances().exists(instance.getId()), true);
    same(odps.instances().get(instance.getId()).isSuccessful(), true);
    has(odps.instances().get(instance.getId()).getTasks().get(0).toString() == null ? "" : ((SQLTask) odps.instances().get(instance.getId()).getTasks().get(0)).getQuery(), "select 1 as one");
    has(odps.logview().generateLogView(instance, 24), instance.getId());
  }

  /** 250 to the fourth power and more: nobody waits for it. */
  private static void cancel() throws Exception {
    StringBuilder joins = new StringBuilder();
    for (String name : List.of("b", "c", "d", "e")) joins.append(" join ").append(table).append("_n ").append(name).append(" on a.k = ").append(name).append(".k");
    String sql = "select sum(a.n * b.n + c.n * d.n * e.n) from " + table + "_n a" + joins + ";";
    Instance instance = SQLTask.run(odps, facts.get("project"), sql, new HashMap<>(), null);
    same(instance.isTerminated(), false);
    instance.stop();
    for (int n = 0; n < 100 && !instance.isTerminated(); n++) Thread.sleep(100);
    same(instance.isTerminated(), true);
    same(instance.isSuccessful(), false);
    refused(instance::stop, "InvalidStateSetting");
  }

  private static void errors() throws Exception {
    refused(() -> run("select nothing from " + table + ";"), "ODPS-0130071");
    refused(() -> run("select * from there_is_no_such_table;"), "ODPS-0130131");
    refused(() -> run("selec 1;"), "ODPS-0130161");
    refused(() -> odps.tables().get("there_is_no_such_table").reload(), "NoSuchObject", "NoSuchTable");
  }

  private static void drop() throws Exception {
    odps.tables().delete(table);
    odps.tables().delete(table + "_n");
    same(odps.tables().exists(table), false);
  }
}
