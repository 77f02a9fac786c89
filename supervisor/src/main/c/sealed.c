#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "enter.h"
#include "report.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/*
 * A container's root that gets hold of /proc/<pid>/exe of a process on its way in could overwrite this program on the host
 * (CVE-2019-5736). It only reaches a copy that cannot be written.
 */
void become_sealed_copy(char **arguments) {
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (self < 0)
        fail("cannot open this program");
    int seals = fcntl(self, F_GET_SEALS);
    if (seals >= 0 && (seals & SEALS) == SEALS) {
        close(self);
        return;
    }
    struct stat status;
    if (fstat(self, &status))
        fail("cannot look at this program");
    int copy = (int)syscall(SYS_memfd_create, "hatchery", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (copy < 0 && errno == EINVAL) /* before Linux 6.3 */
        copy = (int)syscall(SYS_memfd_create, "hatchery", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0)
        fail("cannot make an executable file in memory (see sysctl vm.memfd_noexec, which must not be 2)");
    for (off_t done = 0; done < status.st_size;) {
        ssize_t count = sendfile(copy, self, &done, (size_t)(status.st_size - done));
        if (count <= 0 && errno != EINTR)
            fail("cannot copy this program");
    }
    if (fcntl(copy, F_ADD_SEALS, SEALS))
        fail("cannot seal the copy of this program");
    char *nothing[] = {NULL};
    syscall(SYS_execveat, copy, "", arguments, nothing, AT_EMPTY_PATH);
    fail("cannot run the copy of this program");
}
