package io.bulkhead.libc;

/** The system calls a {@link SyscallProgram} may hold, with their numbers on both architectures. */
public enum SystemCall {
    READ(0, 63),
    WRITE(1, 64),
    LSEEK(8, 62),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    FALLOCATE(285, 47),
    SENDFILE(40, 71),
    SPLICE(275, 76),
    TEE(276, 77),
    PIPE2(293, 59),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    CLOSE(3, 57),
    OPENAT(257, 56),
    DUP3(292, 24),
    FCNTL(72, 25),
    FCHOWN(93, 55),
    RT_SIGACTION(13, 134),
    RT_SIGPROCMASK(14, 135),
    SETSID(112, 157),
    SETPRIORITY(141, 140),
    PRLIMIT64(302, 261),
    UMASK(95, 166),
    UNSHARE(272, 97),
    SETNS(308, 268),
    SETHOSTNAME(170, 161),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    PIVOT_ROOT(155, 41),
    CHROOT(161, 51),
    CHDIR(80, 49),
    FCHDIR(81, 50),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    SYMLINKAT(266, 36),
    IOCTL(16, 29),
    SOCKET(41, 198),
    SOCKETPAIR(53, 199),
    PRCTL(157, 167),
    CAPSET(126, 91),
    SECCOMP(317, 277),
    SETGROUPS(116, 159),
    SETRESGID(119, 149),
    SETRESUID(117, 147),
    EXECVE(59, 221),
    CLONE(56, 220),
    FCHOWNAT(260, 54),
    BPF(321, 280),
    EXECVEAT(322, 281),
    MEMFD_CREATE(319, 279),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    CLOSE_RANGE(436, 436),
    OPENAT2(437, 437),
    MOUNT_SETATTR(442, 442);

    private final int number;
    private final String text;

    SystemCall(int x86, int arm) {
        this.number = Linux.isAarch64() ? arm : x86;
        this.text = name().toLowerCase(java.util.Locale.ROOT);
    }

    int number() {
        return number;
    }

    /** As the manual names it: {@code pivot_root}. */
    @Override
    public String toString() {
        return text;
    }
}
