package io.hatchery.gateway.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The SQLite database of the read model. One thread writes at a time; readers see the state of the last commit and do not wait for
 * the writer (write-ahead log). It holds nothing that the topics do not have: a database of another version is deleted and filled
 * again.
 */
public final class FleetDatabase implements AutoCloseable {
    /** Is raised with each change of the tables or of the meaning of a column. */
    static final int SCHEMA_VERSION = 3;

    /** Number of transactions that read at a time; further ones wait. Each connection has a cache of its own. */
    public static final int MAX_READERS = 24;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /** The property that names the folder for SQLite's native library. */
    private static final String LIBRARY_FOLDER = "org.sqlite.tmpdir";

    private static final int WRITER_CACHE_KIB = 48 << 10;
    private static final int READER_CACHE_KIB = 2 << 10;

    /** The log is cut to this size once it is written back to the database. */
    private static final long WAL_BYTES = 64L << 20;

    /** The log is written back to the database when it has so many pages of 4 KiB. */
    private static final int CHECKPOINT_PAGES = 8_000;

    private static final int BUSY_MILLIS = 10_000;

    private final String url;
    private final @Nullable Path file;
    private final int format;
    private final @Nullable FileChannel lock;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Semaphore readable = new Semaphore(MAX_READERS, true);
    private final Deque<SqlSession> idleReaders = new ArrayDeque<>();
    private SqlSession writer;
    private boolean isClosed;

    private FleetDatabase(String url, @Nullable Path file, @Nullable FileChannel lock, String version) {
        this.format = Math.max(1, Objects.hash(SCHEMA_VERSION, version) & Integer.MAX_VALUE);
        this.url = url;
        this.file = file;
        this.lock = lock;
        this.writer = openWriter();
    }

    /**
     * Opens the database in a folder, which is created if it does not exist.
     *
     * @param version of the software: another one may read records that this one refuses, so it fills the database again
     * @throws IOException if the folder cannot be written, or another gateway uses it
     */
    public static FleetDatabase open(Path folder, String version) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            // Specs have environment variables, which may be secret.
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(lock)) {
            lock.close();
            throw new IOException("another gateway uses " + folder + ": give each gateway a folder of its own with"
                    + " gateway.database");
        }
        if (System.getProperty(LIBRARY_FOLDER) == null) {
            deleteLibraries(folder);
            System.setProperty(LIBRARY_FOLDER, folder.toString());
        }
        Path file = folder.resolve("fleet.db");
        return new FleetDatabase("jdbc:sqlite:" + file, file, lock, version);
    }

    /** SQLite's native library is unpacked at each start, and stays behind if the process is killed. */
    private static void deleteLibraries(Path folder) throws IOException {
        try (var left = Files.newDirectoryStream(folder, "sqlite-*-libsqlitejdbc.so*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    private static boolean tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** A database in memory, which one thread uses. */
    public static FleetDatabase inMemory() {
        return new FleetDatabase("jdbc:sqlite::memory:", null, null, "");
    }

    private SqlSession openWriter() {
        SqlSession session = connect();
        boolean isNew = session.number("PRAGMA user_version") != format;
        if (isNew && file != null) {
            session.close();
            delete(file);
            session = connect();
        }
        session.execute("PRAGMA cache_size=-" + WRITER_CACHE_KIB);
        if (isNew) {
            create(session);
        }
        if (file == null) {
            index(session);
        }
        session.commit();
        return session;
    }

    private SqlSession connect() {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setTempStore(SQLiteConfig.TempStore.FILE);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setPragma(SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT, String.valueOf(WAL_BYTES));
        // A page that changes often is written back once for many changes.
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, String.valueOf(CHECKPOINT_PAGES));
        // Each costs a query after every change.
        config.setGetGeneratedKeys(false);
        try {
            Connection connection = config.createConnection(url);
            connection.setAutoCommit(false);
            return new SqlSession(connection);
        } catch (SQLException e) {
            throw new DatabaseException("the gateway's database " + url + " cannot be opened: " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            for (String suffix : new String[] {"", "-wal", "-shm"}) {
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void create(SqlSession session) {
        for (String statement : script("schema.sql")) {
            session.execute(statement);
        }
        session.execute("PRAGMA user_version=" + format);
    }

    private static String[] script(String name) {
        try (InputStream script = FleetDatabase.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(";\\s*\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has the indexes of queries. Without them it is filled several times as fast. */
    public static boolean isIndexed(SqlSession session) {
        return session.exists("SELECT 1 FROM sqlite_master WHERE type='index' AND name='by_host'");
    }

    /** Creates the indexes of queries, if they do not exist. Takes seconds for a million containers. */
    public static void index(SqlSession session) {
        for (String statement : script("indexes.sql")) {
            session.execute(statement);
        }
    }

    /** Deletes all rows and the indexes: the topics are folded again. */
    public void clear() {
        writing.lock();
        try {
            synchronized (idleReaders) {
                idleReaders.forEach(SqlSession::close);
                idleReaders.clear();
            }
            writer.close();
            if (file != null) {
                delete(file);
            }
            writer = openWriter();
        } finally {
            writing.unlock();
        }
    }

    /** Runs a transaction that writes, and commits it; an exception undoes all of it. Blocks while another writes. */
    public <T> T write(Function<SqlSession, T> transaction) {
        writing.lock();
        try {
            return inTransaction(writer, () -> transaction.apply(writer));
        } finally {
            writing.unlock();
        }
    }

    /** Runs a transaction that writes and has no result. */
    public void update(Consumer<SqlSession> transaction) {
        write(session -> {
            transaction.accept(session);
            return true;
        });
    }

    private static <T> T inTransaction(SqlSession session, Supplier<T> transaction) {
        try {
            T result = transaction.get();
            session.commit();
            return result;
        } catch (RuntimeException | Error e) {
            try {
                session.rollback();
            } catch (DatabaseException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Runs something that reads one state of the database, that of the last commit. Blocks while too many read. */
    public <T> T read(Function<SqlSession, T> query) {
        if (file == null) {
            return query.apply(writer);
        }
        try (ReadTransaction transaction = beginRead()) {
            return query.apply(transaction.session());
        }
    }

    /** Begins to read one state of the database, that of the last commit, until it is closed. Blocks while too many read. */
    public ReadTransaction beginRead() {
        if (file == null) {
            return new ReadTransaction(writer, () -> {});
        }
        readable.acquireUninterruptibly();
        SqlSession session = null;
        try {
            synchronized (idleReaders) {
                session = idleReaders.poll();
            }
            if (session == null) {
                session = connect();
                session.execute("PRAGMA cache_size=-" + READER_CACHE_KIB);
                session.execute("PRAGMA query_only=ON");
                session.commit();
            }
            SqlSession begun = session;
            return new ReadTransaction(begun, () -> endRead(begun));
        } catch (RuntimeException | Error e) {
            if (session != null) {
                session.close();
            }
            readable.release();
            throw e;
        }
    }

    private void endRead(SqlSession session) {
        boolean isUsable = false;
        try {
            session.commit();
            synchronized (idleReaders) {
                isUsable = !isClosed;
                if (isUsable) {
                    idleReaders.push(session);
                }
            }
        } finally {
            readable.release();
            if (!isUsable) {
                session.close();
            }
        }
    }

    /** One state of the database. Used by one thread at a time. */
    public static final class ReadTransaction implements AutoCloseable {
        private final SqlSession session;
        private @Nullable Runnable end;

        private ReadTransaction(SqlSession session, Runnable end) {
            this.session = session;
            this.end = end;
        }

        /** The connection that reads it. */
        public SqlSession session() {
            return session;
        }

        @Override
        public void close() {
            Runnable once = end;
            end = null;
            if (once != null) {
                once.run();
            }
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            synchronized (idleReaders) {
                isClosed = true;
                idleReaders.forEach(SqlSession::close);
                idleReaders.clear();
            }
            writer.close();
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
    }
}
