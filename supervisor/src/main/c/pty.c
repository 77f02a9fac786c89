#include "pty.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "report.h"

enum { PTMX_MAJOR = 5, PTMX_MINOR = 2 };

static const char MULTIPLEXER[] = "/dev/pts/ptmx";

/* The container may have put anything in its place. */
static int open_multiplexer(void) {
    struct open_how how = {.flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    int master = (int)syscall(SYS_openat2, AT_FDCWD, MULTIPLEXER, &how, sizeof how);
    if (master < 0)
        fail("cannot open %s of the container", MULTIPLEXER);
    struct stat what;
    struct statfs where;
    if (fstat(master, &what) || fstatfs(master, &where))
        fail("cannot look at %s of the container", MULTIPLEXER);
    if (!S_ISCHR(what.st_mode) || what.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR) || where.f_type != DEVPTS_SUPER_MAGIC)
        refuse("%s of the container is no terminal multiplexer", MULTIPLEXER);
    return master;
}

void open_terminal(unsigned short rows, unsigned short columns, int *master, int *terminal) {
    *master = open_multiplexer();
    int unlocked = 0;
    if (ioctl(*master, TIOCSPTLCK, &unlocked))
        fail("cannot unlock the terminal");
    /* By no path, which would be the container's. */
    *terminal = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*terminal < 0)
        fail("cannot open the terminal");
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    struct termios modes;
    if (ioctl(*master, TIOCSWINSZ, &size) || tcgetattr(*terminal, &modes))
        fail("cannot set the size of the terminal");
    modes.c_iflag |= IUTF8;
    if (tcsetattr(*terminal, TCSANOW, &modes))
        fail("cannot set the modes of the terminal");
}

void control_terminal(void) {
    if (ioctl(STDIN_FILENO, TIOCSCTTY, 0))
        fail("cannot control the terminal");
}
