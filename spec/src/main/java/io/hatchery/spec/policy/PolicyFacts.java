package io.hatchery.spec.policy;

import java.util.List;

/** What a check needs to know of the host. */
public interface PolicyFacts {
    /** Of a host whose files and network are not known: paths are what they are written as. */
    PolicyFacts UNKNOWN = new PolicyFacts() {
        @Override
        public ResolvedPath resolve(String path) {
            return new ResolvedPath(path, false, List.of());
        }

        @Override
        public List<ContainerFolder> folders() {
            return List.of();
        }

        @Override
        public List<String> ownFolders() {
            return List.of();
        }

        @Override
        public List<String> routes() {
            return List.of();
        }

        @Override
        public boolean isListening(String protocol, int port) {
            return false;
        }
    };

    /** The path without links. */
    ResolvedPath resolve(String path);

    /** Where other containers can write, without links. */
    List<ContainerFolder> folders();

    /** Hatchery's own folders, as configured and without links. */
    List<String> ownFolders();

    /** The networks that the host reaches other than through its containers, as {@code address/length}. */
    List<String> routes();

    /** Whether a program of the host listens at a port. */
    boolean isListening(String protocol, int port);

    /**
     * A path without links.
     *
     * @param path where it leads
     * @param isSocket whether it is a socket
     * @param changeable the folders on the way in which others than root can replace the next one
     */
    record ResolvedPath(String path, boolean isSocket, List<String> changeable) {
        /** Keeps an immutable copy. */
        public ResolvedPath {
            changeable = List.copyOf(changeable);
        }
    }

    /**
     * A folder in which a container can write.
     *
     * @param container its name
     * @param path without links
     * @param isRoot whether it is the container's root
     * @param isPrivileged whether the container has level privileged
     */
    record ContainerFolder(String container, String path, boolean isRoot, boolean isPrivileged) {}
}
