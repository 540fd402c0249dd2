package io.bulkhead.libc;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.mode_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** The C library's functions that Bulkhead calls, by their C names; {@code errno} is left for {@link Linux} to read. */
public interface LibC {
    int open(@In CharSequence path, int flags, @mode_t int mode);

    int close(int fd);

    @ssize_t
    long read(int fd, Pointer buffer, @size_t long count);

    @ssize_t
    long read(int fd, @Out byte[] buffer, @size_t long count);

    @ssize_t
    long write(int fd, Pointer buffer, @size_t long count);

    @ssize_t
    long write(int fd, @In byte[] buffer, @size_t long count);

    int mkdir(@In CharSequence path, @mode_t int mode);

    int rmdir(@In CharSequence path);

    int unlink(@In CharSequence path);

    int rename(@In CharSequence from, @In CharSequence to);

    int mkfifo(@In CharSequence path, @mode_t int mode);

    int chmod(@In CharSequence path, @mode_t int mode);

    int chown(@In CharSequence path, int uid, int gid);

    int access(@In CharSequence path, int mode);

    int fcntl(int fd, int command, long argument);

    int flock(int fd, int operation);

    int statfs(@In CharSequence path, Pointer buffer);

    int ioctl(int fd, long request, Pointer argument);

    int epoll_create1(int flags);

    int epoll_ctl(int epfd, int op, int fd, Pointer event);

    int epoll_wait(int epfd, Pointer events, int maxevents, int timeout);

    int eventfd(int initval, int flags);

    int waitid(int idtype, int id, Pointer siginfo, int options);

    int inotify_init1(int flags);

    int inotify_add_watch(int fd, @In CharSequence path, int mask);

    int socket(int domain, int type, int protocol);

    int connect(int fd, Pointer address, int length);

    int bind(int fd, Pointer address, int length);

    int ftruncate(int fd, long length);

    int geteuid();

    int getegid();

    int getpid();

    /** For calls that the C library doesn't wrap; the rest of the six arguments is passed as 0. */
    long syscall(long number, long a, long b, long c, long d, long e, long f);
}
