import java.io.IOException;
import java.math.BigDecimal;
import java.sql.*;
import java.util.*;

/** Alibaba's JDBC driver against the emulated MaxCompute, as a reading tool in Java uses it. */
public class Jdbc {
  private static final Map<String, String> facts = new HashMap<>();
  private static final String table = "judge_jdbc_" + Long.toString(System.nanoTime(), 36);
  private static boolean failed = false;
  private static Connection session;

  interface Check {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    for (String arg : args) facts.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    check("jdbc connects, and not with a wrong secret", Jdbc::connects);
    check("jdbc makes and fills a table", Jdbc::fills);
    check("jdbc reads values of every kind", Jdbc::reads);
    check("jdbc reads 25,000 rows", Jdbc::readsMany);
    check("jdbc prepared statements", Jdbc::prepared);
    check("jdbc metadata of tables and columns", Jdbc::metadata);
    check("jdbc errors by code", Jdbc::errors);
    check("jdbc a cancelled statement ends", Jdbc::cancels);
    check("jdbc drops its tables", Jdbc::drops);
    System.exit(failed ? 1 : 0);
  }

  private static Connection connect(String secret) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("access_id", System.getenv("ACCESS_ID"));
    properties.setProperty("access_key", secret);
    properties.setProperty("project_name", facts.get("project"));
    properties.setProperty("charset", "UTF-8");
    properties.setProperty("logLevel", "FATAL");
    properties.setProperty("interactiveMode", "false");
    return DriverManager.getConnection("jdbc:odps:" + facts.get("endpoint"), properties);
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
    } catch (SQLException | RuntimeException error) {
      for (String word : words) if (String.valueOf(error).contains(word)) return;
      throw new AssertionError("refused with other words: " + error);
    }
    throw new AssertionError("was accepted");
  }

  private static void run(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void connects() throws Exception {
    Class.forName("com.aliyun.odps.jdbc.OdpsDriver");
    session = connect(System.getenv("ACCESS_KEY"));
    same(session.getMetaData().getDatabaseProductName().toLowerCase().contains("maxcompute"), true);
    refused(() -> {
      try (Connection wrong = connect("wrong"); Statement statement = wrong.createStatement()) {
        statement.executeQuery("select 1");
      }
    }, "0410042", "SignatureNotMatch", "signature");
  }

  private static void fills() throws Exception {
    run("create table " + table + " (id bigint, name string, price decimal(12,2), day date, yes boolean, seen timestamp)");
    run("insert into " + table + " values (1, 'é, \"x\"', 12.30BD, date'2020-01-02', true, timestamp'2020-01-02 03:04:05.678'), (2, '', null, null, null, null)");
  }

  private static void reads() throws Exception {
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery("select * from " + table + " order by id limit 10")) {
      same(rows.next(), true);
      same(rows.getLong("id"), 1L);
      same(rows.getString("name"), "é, \"x\"");
      same(rows.getBigDecimal("price").compareTo(new BigDecimal("12.30")), 0);
      same(rows.getString("day"), "2020-01-02");
      same(rows.getBoolean("yes"), true);
      same(rows.next(), true);
      same(rows.getString("name"), "");
      same(rows.getBigDecimal("price"), null);
      same(rows.next(), false);
    }
  }

  private static void readsMany() throws Exception {
    StringBuilder values = new StringBuilder();
    for (int n = 0; n < 250; n++) values.append(n == 0 ? "(" : ", (").append(n).append(", 1)");
    run("create table " + table + "_n (n bigint, k bigint)");
    run("insert into " + table + "_n values " + values);
    String sql = "select a.n * 100 + b.n as n from " + table + "_n a join " + table + "_n b on a.k = b.k where b.n < 100";
    long count = 0;
    long sum = 0;
    try (Statement statement = session.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        count++;
        sum += rows.getLong(1);
      }
    }
    same(count, 25_000L);
    same(sum, 24_999L * 25_000L / 2);
  }

  private static void prepared() throws Exception {
    try (PreparedStatement statement = session.prepareStatement("select count(*) from " + table + " where id = ? and name <> ?")) {
      statement.setInt(1, 1);
      statement.setString(2, "its");
      try (ResultSet rows = statement.executeQuery()) {
        same(rows.next(), true);
        same(rows.getLong(1), 1L);
      }
    }
  }

  private static void metadata() throws Exception {
    List<String> names = new ArrayList<>();
    try (ResultSet rows = session.getMetaData().getColumns(facts.get("project"), null, table, null)) {
      while (rows.next()) names.add(rows.getString("COLUMN_NAME") + " " + rows.getString("TYPE_NAME").toLowerCase());
    }
    same(names, List.of("id bigint", "name string", "price decimal(12,2)", "day date", "yes boolean", "seen timestamp"));
    List<String> tables = new ArrayList<>();
    try (ResultSet rows = session.getMetaData().getTables(facts.get("project"), null, "judge_jdbc%", null)) {
      while (rows.next()) tables.add(rows.getString("TABLE_NAME"));
    }
    if (!tables.contains(table)) throw new AssertionError("not listed: " + tables);
  }

  private static void errors() throws Exception {
    refused(() -> run("select nothing from " + table), "ODPS-0130071");
    refused(() -> run("select * from there_is_no_such_table"), "ODPS-0130131");
    refused(() -> run("selec 1"), "ODPS-0130161");
  }

  private static void cancels() throws Exception {
    StringBuilder joins = new StringBuilder();
    for (String name : List.of("b", "c", "d", "e")) joins.append(" join ").append(table).append("_n ").append(name).append(" on a.k = ").append(name).append(".k");
    try (Statement statement = session.createStatement()) {
      new Timer(true).schedule(new TimerTask() {
        public void run() {
          try {
            statement.cancel();
          } catch (SQLException error) {
            System.err.println(error);
          }
        }
      }, 2_000);
      refused(() -> statement.executeQuery("select sum(a.n * b.n + c.n * d.n * e.n) from " + table + "_n a" + joins), "cancel", "Cancel", "CANCEL");
    }
  }

  private static void drops() throws Exception {
    run("drop table " + table);
    run("drop table " + table + "_n");
    refused(() -> run("select * from " + table), "ODPS-0130131");
  }
}
