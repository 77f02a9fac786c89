package io.hatchery.spec;

/** The form of the names of containers, hosts and profiles. They are checked too often for a regular expression. Pure. */
final class DnsLabel {
    private static final int MAX_LENGTH = 64;

    private DnsLabel() {}

    /** Whether the text is 1 to 64 of {@code a-z 0-9 -}, neither first nor last a hyphen. */
    static boolean isValid(String text) {
        int length = text.length();
        if (length == 0 || length > MAX_LENGTH || text.charAt(0) == '-' || text.charAt(length - 1) == '-') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean isAllowed = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-';
            if (!isAllowed) {
                return false;
            }
        }
        return true;
    }
}
