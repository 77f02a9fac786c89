package io.hatchery.runner.logs;

/**
 * Where a console is read on.
 *
 * @param inode of the file that is read
 * @param offset in that file
 * @param before how many lines of the console came before the file; -1 if unknown
 * @param lines how many lines came before the offset: of the console, or if that is unknown, of the epoch
 * @param column how many bytes of an unfinished line came before the offset
 * @param epoch of the sequence, within which lines are counted without a reset
 */
record ConsolePosition(long inode, long offset, long before, long lines, long column, String epoch) {
    /** The position after more of the same file. */
    ConsolePosition after(LogLineReader.ReadLines read) {
        return new ConsolePosition(inode, offset + read.bytes(), before, lines + read.feeds(), read.column(), epoch);
    }

    /** The beginning of a file that comes later, in the same epoch. */
    ConsolePosition continuedIn(long nextInode, long linesBefore) {
        return new ConsolePosition(nextInode, 0, linesBefore, Math.max(lines, linesBefore), 0, epoch);
    }

    /** The beginning of a file, with an epoch of its own. */
    static ConsolePosition atStart(long inode, long linesBefore, String epoch) {
        return new ConsolePosition(inode, 0, linesBefore, Math.max(0, linesBefore), 0, epoch);
    }

    /** Whether it is known how many lines of the console came before the offset. */
    boolean isCounted() {
        return before >= 0;
    }
}
