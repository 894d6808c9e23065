package dev.handoff.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk tells at the end of a run.
 *
 * @param requests responses that arrived whole
 * @param requestsPerSecond their rate, by wrk's own clock
 */
record WrkResult(long requests, double requestsPerSecond) {
    private static final Pattern REQUESTS = Pattern.compile("^\\s*(\\d+) requests in ", Pattern.MULTILINE);
    private static final Pattern RATE = Pattern.compile("^Requests/sec:\\s+([\\d.]+)", Pattern.MULTILINE);
    private static final Pattern TROUBLE =
            Pattern.compile("^\\s*(Socket errors: .*|Non-2xx or 3xx responses: .*)$", Pattern.MULTILINE);

    /**
     * Reads wrk's closing report.
     *
     * @throws BenchmarkException if wrk counted an error, if it saw no response, or if the text is no report of wrk's: a
     *     rate that errors were part of compares nothing
     */
    static WrkResult parse(String report) {
        Matcher trouble = TROUBLE.matcher(report);
        if (trouble.find()) {
            throw new BenchmarkException("wrk counted errors, so its rate means nothing: " + trouble.group(1));
        }
        long requests = Long.parseLong(find(REQUESTS, report));
        if (requests == 0) {
            throw new BenchmarkException("wrk got no response at all:\n" + report);
        }
        return new WrkResult(requests, Double.parseDouble(find(RATE, report)));
    }

    private static String find(Pattern pattern, String report) {
        Matcher matcher = pattern.matcher(report);
        if (!matcher.find()) {
            throw new BenchmarkException("This is not the report of a wrk run that ended well:\n" + report);
        }
        return matcher.group(1);
    }
}
