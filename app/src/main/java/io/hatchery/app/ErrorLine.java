package io.hatchery.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** The message for an exception whose cause is outside the program. */
final class ErrorLine {
    private ErrorLine() {}

    /** The message; empty for a defect of the program, for which the stack trace is printed. */
    static Optional<String> of(Throwable e) {
        return switch (e) {
            case UserError refusal -> Optional.of(String.valueOf(refusal.getMessage()));
            case NoSuchFileException missing -> Optional.of("there is no " + missing.getFile());
            case AccessDeniedException denied ->
                Optional.of(
                        "no permission for " + denied.getFile() + ": run the command as root, or as the file's owner");
            case FileSystemException file ->
                Optional.of(file.getFile() + ": "
                        + Optional.ofNullable(file.getReason())
                                .orElse(file.getClass().getSimpleName()));
            case IOException io ->
                Optional.of(Optional.ofNullable(io.getMessage())
                        .orElse(io.getClass().getSimpleName()));
            case UncheckedIOException io when io.getCause() != null -> of(io.getCause());
            case CompletionException completion when completion.getCause() != null -> of(completion.getCause());
            default -> Optional.empty();
        };
    }
}
