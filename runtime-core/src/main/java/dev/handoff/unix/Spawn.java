package dev.handoff.unix;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;

/**
 * Starts a program by posix_spawn(3), with words and variables in bytes: the JDK accepts text only, and writes it in the locale's
 * encoding. Needs glibc 2.34, which can close the descriptors that a new process inherits.
 *
 * @param path of the program, with a slash
 * @param words the program's name and its arguments
 * @param environment variables, each as name, equals sign and value
 * @param directory in which it starts; empty: this process's
 * @param streams its descriptors 0, 1 and 2; empty: the same as this process's
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that are the caller's, read once
public record Spawn(
        byte[] path,
        List<byte[]> words,
        List<byte[]> environment,
        Optional<byte[]> directory,
        List<Optional<Stream>> streams) {
    static final SpawnCalls CALLS = LibraryLoader.create(SpawnCalls.class).load("c");

    private static final int O_WRONLY = 1;
    private static final int O_TRUNC = 0x200;
    private static final int O_APPEND = 0x400;
    private static final int FILE_MODE = 0666;
    private static final int FIRST_CLOSED = 3;

    /** More than the 80 bytes of glibc's posix_spawn_file_actions_t. */
    private static final int ACTIONS_BYTES = 256;

    private static final String SHELL = "/bin/sh";

    /** How a file is opened for the new process. */
    public enum Mode {
        /** To be read. */
        READ(Native.O_RDONLY),
        /** To be written from its beginning. */
        WRITE(O_WRONLY | Native.O_CREAT | O_TRUNC),
        /** To be written at its end. */
        APPEND(O_WRONLY | Native.O_CREAT | O_APPEND);

        private final int flags;

        Mode(int flags) {
            this.flags = flags;
        }
    }

    /**
     * A file that the new process has open.
     *
     * @param path of the file
     * @param mode how it is opened
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Stream(byte[] path, Mode mode) {}

    /**
     * Starts the program.
     *
     * @throws UnixException if it cannot be started
     * @throws UnsupportedOperationException if this C library is too old
     */
    public Process start() throws UnixException {
        try {
            return start(path, words);
        } catch (UnixException e) {
            if (e.is(Errno.ENOEXEC)) {
                return startScript();
            }
            throw e;
        } catch (UnsatisfiedLinkError e) {
            throw new UnsupportedOperationException("the C library is older than glibc 2.34", e);
        }
    }

    /** Runs a file without an interpreter line in a shell, as execvp(3) does. */
    private Process startScript() throws UnixException {
        List<byte[]> script = new ArrayList<>(List.of(bytes(SHELL), path));
        script.addAll(words.subList(1, words.size()));
        return start(bytes(SHELL), script);
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(US_ASCII);
    }

    private Process start(byte[] program, List<byte[]> arguments) throws UnixException {
        Memory memory = new Memory();
        Pointer actions = memory.allocate(ACTIONS_BYTES);
        check(CALLS.posix_spawn_file_actions_init(actions.address()));
        try {
            addActions(actions, memory);
            Pointer pid = memory.allocate(Integer.BYTES);
            check(CALLS.posix_spawn(
                    pid, memory.text(program), actions, null, memory.texts(arguments), memory.texts(environment)));
            return new SpawnedProcess(pid.getInt(0));
        } finally {
            CALLS.posix_spawn_file_actions_destroy(actions.address());
            Reference.reachabilityFence(memory);
        }
    }

    /** The order matters: files are opened before the directory changes and before inherited descriptors are closed. */
    private void addActions(Pointer actions, Memory memory) throws UnixException {
        for (int fd = 0; fd < streams.size(); fd++) {
            Optional<Stream> stream = streams.get(fd);
            if (stream.isPresent()) {
                check(CALLS.posix_spawn_file_actions_addopen(
                        actions.address(),
                        fd,
                        memory.text(stream.get().path()).address(),
                        stream.get().mode().flags,
                        FILE_MODE));
            }
        }
        if (directory.isPresent()) {
            check(CALLS.posix_spawn_file_actions_addchdir_np(
                    actions.address(), memory.text(directory.get()).address()));
        }
        check(CALLS.posix_spawn_file_actions_addclosefrom_np(actions.address(), FIRST_CLOSED));
    }

    /** These calls return the error, and do not set errno. */
    private static void check(int error) throws UnixException {
        if (error != 0) {
            throw new UnixException("cannot start a process", error);
        }
    }

    /** The memory that the kernel reads during the call. */
    private static final class Memory {
        private final List<Pointer> blocks = new ArrayList<>();

        Pointer allocate(int bytes) {
            Pointer block = Native.allocate(bytes);
            blocks.add(block);
            return block;
        }

        /** A text with a null byte at its end. */
        Pointer text(byte[] text) {
            Pointer block = allocate(text.length + 1);
            block.put(0, text, 0, text.length);
            return block;
        }

        /** A list of addresses with a null address at its end. */
        Pointer texts(List<byte[]> texts) {
            Pointer list = allocate((texts.size() + 1) * Long.BYTES);
            for (int i = 0; i < texts.size(); i++) {
                list.putLong((long) i * Long.BYTES, text(texts.get(i)).address());
            }
            return list;
        }
    }
}
