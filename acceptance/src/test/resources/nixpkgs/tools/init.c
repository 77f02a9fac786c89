/* The init of the tests' systems: says that it is ready, as sd_notify(3) has it, and waits for the signal to halt. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    sigset_t set;
    const char *path = getenv("NOTIFY_SOCKET");
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (path != NULL) {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        strncpy(to.sun_path, path, sizeof to.sun_path - 1);
        sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&to, sizeof to);
        close(fd);
    }
    for (;;) {
        int got = sigwaitinfo(&set, NULL);
        if (got == SIGCHLD) {
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
        } else if (got > 0) {
            return 0;
        }
    }
}
