import java.io.*;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.util.*;

/**
 * What a program in Java asks of a database through a JDBC driver. Reads a command a line from standard input, fields
 * between tabs; answers `row` lines with every column as the driver's own text, then `done <rows>` or `error <state> <message>`.
 */
public class Ask {
  private static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  private static Connection session;

  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      try {
        say("done", Integer.toString(obey(fields(line))));
      } catch (SQLException error) {
        say("error", String.valueOf(error.getSQLState()), String.valueOf(error.getMessage()));
      }
    }
  }

  private static int obey(List<String> f) throws SQLException {
    return switch (f.get(0)) {
      case "open" -> open(f.get(1), f.subList(2, f.size()));
      case "ask" -> ask(f.get(1), f.subList(2, f.size()));
      case "fetch" -> fetch(Integer.parseInt(f.get(1)), f.get(2));
      case "cancel" -> cancel(Long.parseLong(f.get(1)), f.get(2));
      case "batch" -> batch(f.get(1), f.subList(2, f.size()));
      case "autocommit" -> { session.setAutoCommit(f.get(1).equals("on")); yield 0; }
      case "readonly" -> { session.setReadOnly(f.get(1).equals("on")); yield 0; }
      case "commit" -> { session.commit(); yield 0; }
      case "rollback" -> { session.rollback(); yield 0; }
      case "close" -> { session.close(); yield 0; }
      case "tables" -> rows(meta().getTables(null, f.get(1), "%", f.get(2).split(",")), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE");
      case "columns" -> rows(meta().getColumns(null, f.get(1), f.get(2), "%"), "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NULLABLE", "ORDINAL_POSITION");
      case "keys" -> rows(meta().getPrimaryKeys(null, f.get(1), f.get(2)), "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ");
      case "schemas" -> rows(meta().getSchemas(), "TABLE_SCHEM");
      case "product" -> { say("row", meta().getDatabaseProductName(), meta().getDriverName()); yield 1; }
      default -> throw new IllegalArgumentException(f.get(0));
    };
  }

  private static DatabaseMetaData meta() throws SQLException {
    return session.getMetaData();
  }

  private static int open(String url, List<String> settings) throws SQLException {
    var properties = new Properties();
    for (String setting : settings) {
      int at = setting.indexOf('=');
      properties.setProperty(setting.substring(0, at), setting.substring(at + 1));
    }
    if (session != null) session.close();
    session = DriverManager.getConnection(url, properties);
    return 0;
  }

  private static int ask(String sql, List<String> parameters) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(sql)) {
      for (int n = 0; n < parameters.size(); n++) bind(statement, n + 1, parameters.get(n));
      return statement.execute() ? rows(statement.getResultSet()) : Math.max(0, statement.getUpdateCount());
    }
  }

  private static int batch(String sql, List<String> parameters) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(sql)) {
      for (String parameter : parameters) {
        bind(statement, 1, parameter);
        statement.addBatch();
      }
      return Arrays.stream(statement.executeBatch()).sum();
    }
  }

  /** `bigint:7`, `numeric:0.10`, `date:2020-01-02`, `text:…`, `null:`. */
  private static void bind(PreparedStatement statement, int n, String parameter) throws SQLException {
    int at = parameter.indexOf(':');
    String text = parameter.substring(at + 1);
    switch (parameter.substring(0, at)) {
      case "bigint" -> statement.setLong(n, Long.parseLong(text));
      case "numeric" -> statement.setBigDecimal(n, new BigDecimal(text));
      case "date" -> statement.setDate(n, java.sql.Date.valueOf(text));
      case "text" -> statement.setString(n, text);
      case "null" -> statement.setNull(n, Types.VARCHAR);
      default -> throw new IllegalArgumentException(parameter);
    }
  }

  /** All rows in batches of `size`, as reading tools do: within a transaction, through a portal or a cursor. */
  private static int fetch(int size, String sql) throws SQLException {
    session.setAutoCommit(false);
    try (Statement statement = session.createStatement()) {
      statement.setFetchSize(size);
      return rows(statement.executeQuery(sql));
    } finally {
      session.rollback();
      session.setAutoCommit(true);
    }
  }

  private static int cancel(long milliseconds, String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      new Timer(true).schedule(new TimerTask() {
        public void run() {
          try {
            statement.cancel();
          } catch (SQLException error) {
            say("row", "not cancelled", error.getMessage());
          }
        }
      }, milliseconds);
      return rows(statement.executeQuery(sql));
    }
  }

  private static int rows(ResultSet set, String... names) throws SQLException {
    int count = 0;
    int width = names.length > 0 ? names.length : set.getMetaData().getColumnCount();
    while (set.next()) {
      String[] cells = new String[width + 1];
      cells[0] = "row";
      for (int n = 1; n <= width; n++) cells[n] = names.length > 0 ? set.getString(names[n - 1]) : set.getString(n);
      say(cells);
      count++;
    }
    set.close();
    return count;
  }

  private static void say(String... cells) {
    var line = new StringJoiner("\t");
    for (String cell : cells) line.add(cell == null ? "\\N" : escaped(cell));
    out.print(line + "\n");
    if (!cells[0].equals("row")) out.flush();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    for (String field : line.split("\t", -1)) {
      fields.add(field.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\"));
    }
    return fields;
  }
}
