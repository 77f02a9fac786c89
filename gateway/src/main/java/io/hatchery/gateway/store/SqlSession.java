package io.hatchery.gateway.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection to the database with its prepared statements. Used by one thread at a time. */
public final class SqlSession implements AutoCloseable {
    /** Number of prepared statements that are kept; queries with selectors have many forms. */
    private static final int MAX_STATEMENTS = 200;

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(16, 0.75f, true);

    /** Makes a value of a row. */
    public interface RowMapper<T> {
        /** The value of the current row. */
        T map(ResultSet row) throws SQLException;
    }

    /** Takes over the connection. */
    SqlSession(Connection connection) {
        this.connection = connection;
    }

    /** The rows of a query. */
    public <T> List<T> list(String sql, RowMapper<T> mapper, @Nullable Object... parameters) {
        try (ResultSet rows = bind(sql, parameters).executeQuery()) {
            var list = new ArrayList<T>();
            while (rows.next()) {
                list.add(mapper.map(rows));
            }
            return list;
        } catch (SQLException e) {
            throw failure(sql, e);
        }
    }

    /** The first row of a query; empty if it has none. */
    public <T> Optional<T> first(String sql, RowMapper<T> mapper, @Nullable Object... parameters) {
        try (ResultSet rows = bind(sql, parameters).executeQuery()) {
            return rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty();
        } catch (SQLException e) {
            throw failure(sql, e);
        }
    }

    /** The number in the only row of a query. */
    public long number(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getLong(1), parameters).orElse(0L);
    }

    /** Whether a query has a row. */
    public boolean exists(String sql, @Nullable Object... parameters) {
        return first(sql, row -> true, parameters).isPresent();
    }

    /**
     * Changes rows.
     *
     * @return the number of changed rows
     */
    public int update(String sql, @Nullable Object... parameters) {
        try {
            return bind(sql, parameters).executeUpdate();
        } catch (SQLException e) {
            throw failure(sql, e);
        }
    }

    /** Runs a statement that is not kept, such as the creation of a table. */
    public void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failure(sql, e);
        }
    }

    /** Ends the transaction, which the first statement after the last one began; what it changed stays. */
    void commit() {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw failure("COMMIT", e);
        }
    }

    /** Ends the transaction and undoes what it changed. */
    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw failure("ROLLBACK", e);
        }
    }

    private PreparedStatement bind(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
            closeOldest();
        }
        for (int i = 0; i < parameters.length; i++) {
            switch (parameters[i]) {
                case null -> statement.setObject(i + 1, null);
                case String text -> statement.setString(i + 1, text);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case Boolean flag -> statement.setInt(i + 1, flag ? 1 : 0);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                default -> throw new IllegalArgumentException("a parameter of an unknown type: " + parameters[i]);
            }
        }
        return statement;
    }

    private void closeOldest() throws SQLException {
        if (statements.size() > MAX_STATEMENTS) {
            var oldest = statements.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
    }

    private static DatabaseException failure(String sql, SQLException e) {
        return new DatabaseException("the gateway's database failed at \"" + sql + "\": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new DatabaseException("the gateway's database cannot be closed: " + e.getMessage(), e);
        }
    }
}
