package dev.handoff.sample;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.sample.fixture.Crash;
import dev.handoff.sample.fixture.Options;
import dev.handoff.sample.fixture.Routes;

/**
 * The server that the system tests run, and a place to try things: its page lists what it answers. Its main runs in the master
 * and, with the same arguments, in every worker. HUP to the master replaces all workers, TERM and INT stop it, TTIN and TTOU start
 * and stop one worker.
 */
public final class SampleApp {
    private static final int WRONG_OPTION = 2;

    private SampleApp() {}

    /** Serves until it is told to stop; {@code --help} lists the options. */
    public static void main(String... arguments) {
        if (Options.askForHelp(arguments)) {
            System.out.print(Options.USAGE);
            return;
        }
        serverFrom(arguments).run();
    }

    private static ClusterServer.Builder serverFrom(String... arguments) {
        try {
            return Options.parse(arguments).applyTo(ClusterServer.builder(SampleApp::handler), new LineCounter());
        } catch (IllegalArgumentException e) {
            System.err.println("sample-app: " + e.getMessage() + " (--help lists the options)");
            System.exit(WRONG_OPTION);
            throw new AssertionError("exit does not return", e);
        }
    }

    /** What each worker serves. */
    public static Http handler() {
        Chat chat = new Chat();
        return Http.handler(Routes.ofThisWorker(chat::answer)::answer)
                .maxMessage(Chat.MAX_LINE, Chat.MAX_LINE)
                .onStart(context -> {
                    Crash.onAnyUncaughtException();
                    chat.listen(context.worker());
                });
    }
}
