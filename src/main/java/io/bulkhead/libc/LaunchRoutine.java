package io.bulkhead.libc;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.PageManager;
import com.kenai.jffi.Type;

/**
 * The machine code that starts a process: {@code clone3}, then, in the child, one system call after the other from a table.
 *
 * <p>The only code that runs in a child before its {@code execve}. It is given the address of a program's header
 * ({@link SyscallProgram} has the layout), touches no stack in the child, and returns in the parent what {@code clone3}
 * returned. All signals are blocked from before {@code clone3} until the parent goes on: the child shares the JVM's memory,
 * and a signal handler of the JVM must never run there.
 *
 * <p>A line of a listing is the code in hexadecimal, then the instruction, then why; a test assembles the instructions and
 * compares.
 */
enum LaunchRoutine {
    X86_64("""
            53                         push rbx                       # rdi: the program; rbx and r12 are the caller's
            4154                       push r12
            4155                       push r13                       # keeps the stack aligned, too
            4889fb                     mov rbx, rdi
            b80e000000                 mov eax, 14                    # rt_sigprocmask(SIG_SETMASK, &all, &saved, 8)
            bf02000000                 mov edi, 2
            488d7328                   lea rsi, [rbx+40]
            488d5330                   lea rdx, [rbx+48]
            41ba08000000               mov r10d, 8
            0f05                       syscall
            b8b3010000                 mov eax, 435                   # clone3(args, size)
            488b3b                     mov rdi, [rbx]
            488b7308                   mov rsi, [rbx+8]
            0f05                       syscall
            4885c0                     test rax, rax
            7424                       jz 1f                          # 0: the child, on the parent's stack: from here no push, no call
            4989c4                     mov r12, rax                   # the parent, once the child has exec'ed or is gone
            b80e000000                 mov eax, 14                    # rt_sigprocmask(SIG_SETMASK, &saved, NULL, 8)
            bf02000000                 mov edi, 2
            488d7330                   lea rsi, [rbx+48]
            31d2                       xor edx, edx
            41ba08000000               mov r10d, 8
            0f05                       syscall
            4c89e0                     mov rax, r12                   # the pid or -errno
            415d                       pop r13
            415c                       pop r12
            5b                         pop rbx
            c3                         ret
            4c8b6310               1:  mov r12, [rbx+16]              # r12: the entry
            4c896318               2:  mov [rbx+24], r12              # says where we are, should we hang or die
            498b0424                   mov rax, [r12]
            498b7c2408                 mov rdi, [r12+8]
            498b742410                 mov rsi, [r12+16]
            498b542418                 mov rdx, [r12+24]
            4d8b542420                 mov r10, [r12+32]
            4d8b442428                 mov r8, [r12+40]
            4d8b4c2430                 mov r9, [r12+48]
            0f05                       syscall
            483d01f0ffff               cmp rax, -4095
            7306                       jae 4f
            4983c440               3:  add r12, 64
            ebca                       jmp 2b
            41f644243801           4:  test byte ptr [r12+56], 1      # may it fail?
            75f2                       jnz 3b
            48894320                   mov [rbx+32], rax              # -errno
            b8e7000000                 mov eax, 231                   # exit_group(127)
            bf7f000000                 mov edi, 127
            0f05                       syscall
            f4                         hlt                            # not reached
            """),
    AARCH64("""
            f353bfa9                   stp x19, x20, [sp, #-16]!      // x0: the program; x19 and x20 are the caller's
            f30300aa                   mov x19, x0
            e81080d2                   mov x8, #135                   // rt_sigprocmask(SIG_SETMASK, &all, &saved, 8)
            400080d2                   mov x0, #2
            61a20091                   add x1, x19, #40
            62c20091                   add x2, x19, #48
            030180d2                   mov x3, #8
            010000d4                   svc #0
            683680d2                   mov x8, #435                   // clone3(args, size)
            600240f9                   ldr x0, [x19]
            610640f9                   ldr x1, [x19, #8]
            010000d4                   svc #0
            600100b4                   cbz x0, 1f                     // 0: the child, on the parent's stack: from here no push, no call
            f40300aa                   mov x20, x0                    // the parent, once the child has exec'ed or is gone
            e81080d2                   mov x8, #135                   // rt_sigprocmask(SIG_SETMASK, &saved, NULL, 8)
            400080d2                   mov x0, #2
            61c20091                   add x1, x19, #48
            020080d2                   mov x2, #0
            030180d2                   mov x3, #8
            010000d4                   svc #0
            e00314aa                   mov x0, x20                    // the pid or -errno
            f353c1a8                   ldp x19, x20, [sp], #16
            c0035fd6                   ret
            740a40f9               1:  ldr x20, [x19, #16]            // x20: the entry
            740e00f9               2:  str x20, [x19, #24]            // says where we are, should we hang or die
            880240f9                   ldr x8, [x20]
            808640a9                   ldp x0, x1, [x20, #8]
            828e41a9                   ldp x2, x3, [x20, #24]
            849642a9                   ldp x4, x5, [x20, #40]
            010000d4                   svc #0
            1ffc3fb1                   cmn x0, #4095
            62000054                   b.hs 4f
            94020191               3:  add x20, x20, #64
            f7ffff17                   b 2b
            89e24039               4:  ldrb w9, [x20, #56]            // may it fail?
            a9ff0737                   tbnz w9, #0, 3b
            601200f9                   str x0, [x19, #32]             // -errno
            c80b80d2                   mov x8, #94                    // exit_group(127)
            e00f80d2                   mov x0, #127
            010000d4                   svc #0
            000020d4                   brk #0                         // not reached
            """);

    private final String listing;

    LaunchRoutine(String listing) {
        this.listing = listing;
    }

    String listing() {
        return listing;
    }

    /** The bytes that the listing states. */
    byte[] code() {
        return MachineCode.of(listing);
    }

    /** The routine of this machine's architecture, in executable memory. */
    static final class Loaded {
        private static final CallContext SIGNATURE =
                CallContext.getCallContext(Type.SINT64, new Type[] {Type.POINTER}, CallingConvention.DEFAULT, false);
        private static final long ADDRESS = load(Linux.isAarch64() ? AARCH64 : X86_64);

        private Loaded() {}

        private static long load(LaunchRoutine routine) {
            byte[] code = routine.code();
            PageManager pages = PageManager.getInstance();
            long address = pages.allocatePages(1, PageManager.PROT_READ | PageManager.PROT_WRITE);
            MemoryIO.getInstance().putByteArray(address, code, 0, code.length);
            // Never writable and executable at once. On aarch64 it is also what makes the instruction cache see
            // the code: the kernel synchronizes a page's caches when it becomes executable.
            pages.protectPages(address, 1, PageManager.PROT_READ | PageManager.PROT_EXEC);
            return address;
        }

        /** Runs the program whose header is at {@code header}: the child's pid, or {@code -errno} of {@code clone3}. */
        static long run(long header) {
            return Invoker.getInstance().invokeN1(SIGNATURE, ADDRESS, header);
        }
    }
}
