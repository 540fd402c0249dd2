package io.bulkhead.libc;

/**
 * The machine code of a {@link ProgramImage}: one system call after the other from a table, as {@link LaunchRoutine}'s child,
 * but in a process that shares its memory with nobody, and so can fork. What becomes of the one that has forked is up to the
 * table: it leaves, or it is an init, which hands every signal on to the command, reaps whatever ends, and ends with it.
 *
 * <p>Descriptor 3 is a pipe by which it is told which entry failed, and the child's pid, both in 16 bytes. The init waits for
 * signals with all of them blocked, as they are from before {@code clone3}, so that none is lost.
 */
enum ImageRoutine {
    X86_64("""
            41bc00044000                   mov r12d, 0x400400             # the first entry
            498b0424                   1:  mov rax, [r12]
            498b7c2408                     mov rdi, [r12+8]
            498b742410                     mov rsi, [r12+16]
            498b542418                     mov rdx, [r12+24]
            4d8b542420                     mov r10, [r12+32]
            4d8b442428                     mov r8, [r12+40]
            4d8b4c2430                     mov r9, [r12+48]
            0f05                           syscall
            483d01f0ffff                   cmp rax, -4095
            7313                           jae 3f
            41f644243806                   test byte ptr [r12+56], 6      # a fork?
            7405                           jz 2f
            4885c0                         test rax, rax
            7520                           jnz 4f                         # its parent
            4983c440                   2:  add r12, 64
            ebc1                           jmp 1b
            41f644243801               3:  test byte ptr [r12+56], 1      # may it fail?
            75f2                           jnz 2b
            50                             push rax                       # write(3, {entry, -errno}, 16)
            4154                           push r12
            e836000000                     call 5f
            bf7f000000                     mov edi, 127
            e9af000000                     jmp 11f
            4989c5                     4:  mov r13, rax                   # write(3, {pid, 0}, 16)
            6a00                           push 0
            50                             push rax
            e821000000                     call 5f
            b803000000                     mov eax, 3                     # close(3)
            bf03000000                     mov edi, 3
            0f05                           syscall
            31ff                           xor edi, edi
            41f644243804                   test byte ptr [r12+56], 4      # to be init?
            0f848a000000                   jz 11f
            48830c24ff                     or qword ptr [rsp], -1         # all signals
            eb17                           jmp 6f
            b801000000                 5:  mov eax, 1
            bf03000000                     mov edi, 3
            488d742408                     lea rsi, [rsp+8]
            ba10000000                     mov edx, 16
            0f05                           syscall
            c3                             ret
            b880000000                 6:  mov eax, 128                   # rt_sigtimedwait(&all, NULL, NULL, 8)
            4889e7                         mov rdi, rsp
            31f6                           xor esi, esi
            31d2                           xor edx, edx
            41ba08000000                   mov r10d, 8
            0f05                           syscall
            83f811                         cmp eax, 17                    # SIGCHLD
            741e                           je 8f
            85c0                           test eax, eax
            780e                           js 7f
            89c6                           mov esi, eax                   # kill(command, signal)
            b83e000000                     mov eax, 62
            4489ef                         mov edi, r13d
            0f05                           syscall
            ebd5                           jmp 6b
            83f8fc                     7:  cmp eax, -4                    # EINTR: it was stopped and goes on
            74d0                           je 6b
            bf7f000000                     mov edi, 127                   # a filter denies it
            eb35                           jmp 11f
            b83d000000                 8:  mov eax, 61                    # wait4(-1, &status, WNOHANG, NULL)
            4883cfff                       or rdi, -1
            488d742408                     lea rsi, [rsp+8]
            ba01000000                     mov edx, 1
            4531d2                         xor r10d, r10d
            0f05                           syscall
            4439e8                         cmp eax, r13d
            7406                           je 9f
            85c0                           test eax, eax
            7fdf                           jg 8b                          # an orphan; is there another?
            eba6                           jmp 6b
            8b442408                   9:  mov eax, [rsp+8]               # the command's end is init's, and with it that of all others
            0fb6fc                         movzx edi, ah                  # exit(code)
            83e07f                         and eax, 127
            7406                           jz 11f
            8db880000000                   lea edi, [rax+128]             # killed: what a shell makes of it, for process 1 cannot kill itself
            b8e7000000                 11: mov eax, 231                   # exit_group
            0f05                           syscall
            f4                             hlt                            # not reached
            """),
    AARCH64("""
            1408a0d2                       mov x20, #0x400000             // the first entry
            148080f2                       movk x20, #0x400
            880240f9                   1:  ldr x8, [x20]
            808640a9                       ldp x0, x1, [x20, #8]
            828e41a9                       ldp x2, x3, [x20, #24]
            849642a9                       ldp x4, x5, [x20, #40]
            010000d4                       svc #0
            89e24039                       ldrb w9, [x20, #56]
            1ffc3fb1                       cmn x0, #4095
            c2000054                       b.hs 3f
            3f051f72                       tst w9, #6                     // a fork?
            40000054                       b.eq 2f
            000100b5                       cbnz x0, 4f                    // its parent
            94020191                   2:  add x20, x20, #64
            f4ffff17                       b 1b
            c9ff0737                   3:  tbnz w9, #0, 2b                // may it fail?
            f403bfa9                       stp x20, x0, [sp, #-16]!       // write(3, {entry, -errno}, 16)
            0e000094                       bl 5f
            e00f80d2                       mov x0, #127
            34000014                       b 11f
            f50300aa                   4:  mov x21, x0                    // write(3, {pid, 0}, 16)
            e07fbfa9                       stp x0, xzr, [sp, #-16]!
            09000094                       bl 5f
            280780d2                       mov x8, #57                    // close(3)
            600080d2                       mov x0, #3
            010000d4                       svc #0
            000080d2                       mov x0, #0
            89051036                       tbz w9, #2, 11f                // to be init?
            09008092                       mov x9, #-1                    // all signals
            e90300f9                       str x9, [sp]
            07000014                       b 6f
            080880d2                   5:  mov x8, #64
            600080d2                       mov x0, #3
            e1030091                       mov x1, sp
            020280d2                       mov x2, #16
            010000d4                       svc #0
            c0035fd6                       ret
            281180d2                   6:  mov x8, #137                   // rt_sigtimedwait(&all, NULL, NULL, 8)
            e0030091                       mov x0, sp
            010080d2                       mov x1, #0
            020080d2                       mov x2, #0
            030180d2                       mov x3, #8
            010000d4                       svc #0
            1f440071                       cmp w0, #17                    // SIGCHLD
            60010054                       b.eq 8f
            c000f837                       tbnz w0, #31, 7f
            e103002a                       mov w1, w0                     // kill(command, signal)
            281080d2                       mov x8, #129
            e00315aa                       mov x0, x21
            010000d4                       svc #0
            f3ffff17                       b 6b
            1f100031                   7:  cmn w0, #4                     // EINTR: it was stopped and goes on
            20feff54                       b.eq 6b
            e00f80d2                       mov x0, #127                   // a filter denies it
            11000014                       b 11f
            882080d2                   8:  mov x8, #260                   // wait4(-1, &status, WNOHANG, NULL)
            00008092                       mov x0, #-1
            e1230091                       add x1, sp, #8
            220080d2                       mov x2, #1
            030080d2                       mov x3, #0
            010000d4                       svc #0
            1f00156b                       cmp w0, w21
            80000054                       b.eq 9f
            1f000071                       cmp w0, #0
            ecfeff54                       b.gt 8b                        // an orphan; is there another?
            e4ffff17                       b 6b
            e10b40b9                   9:  ldr w1, [sp, #8]               // the command's end is init's, and with it that of all others
            203c0853                       ubfx w0, w1, #8, #8            // exit(code)
            21180072                       ands w1, w1, #127
            40000054                       b.eq 11f
            20000211                       add w0, w1, #128               // killed: what a shell makes of it, for process 1 cannot kill itself
            c80b80d2                   11: mov x8, #94                    // exit_group
            010000d4                       svc #0
            000020d4                       brk #0                         // not reached
            """);

    private final String listing;

    ImageRoutine(String listing) {
        this.listing = listing;
    }

    String listing() {
        return listing;
    }
}
