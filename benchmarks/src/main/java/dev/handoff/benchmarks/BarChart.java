package dev.handoff.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The medians as a picture: a row of bars for each system, a block for each load, a column for each metric.
 *
 * <p>Each block of a column has its own scale, which begins at zero. Numbers stand at the bars, so that no axis is needed.
 */
final class BarChart {
    private static final int LABEL_WIDTH = 250;
    private static final int COLUMN_WIDTH = 350;
    private static final int BAR_WIDTH = 270;
    private static final int BAR_HEIGHT = 18;
    private static final int ROW_HEIGHT = 26;
    private static final int BLOCK_HEAD = 58;
    private static final int MARGIN = 20;
    private static final String OURS = "#0b6e99";
    private static final String OTHERS = "#a7adb3";

    private final Results results;
    private final List<Contender> contenders;

    BarChart(Results results) {
        this.results = results;
        this.contenders = results.contenders();
    }

    /** The picture as an SVG document. */
    String svg() {
        int width = MARGIN + LABEL_WIDTH + COLUMN_WIDTH * Metric.values().length;
        int height = MARGIN + blockHeight() * Load.values().length;
        return Stream.of(
                        Stream.of(
                                """
                                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d"\
                                 font-family="sans-serif" font-size="13" fill="#1f2328">""".formatted(width, height, width, height),
                                "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"),
                        Stream.of(Load.values()).flatMap(this::block),
                        Stream.of("</svg>"))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Stream<String> block(Load load) {
        int top = MARGIN + blockHeight() * List.of(Load.values()).indexOf(load);
        return Stream.of(
                        Stream.of(text(MARGIN, top + 14, " font-size=\"16\" font-weight=\"bold\"", load.title())),
                        IntStream.range(0, contenders.size())
                                .mapToObj(row -> text(
                                        MARGIN,
                                        rowTop(top, row) + 14,
                                        "",
                                        contenders.get(row).label())),
                        Stream.of(Metric.values()).flatMap(metric -> column(load, metric, top)))
                .flatMap(lines -> lines);
    }

    private Stream<String> column(Load load, Metric metric, int top) {
        int left =
                MARGIN + LABEL_WIDTH + COLUMN_WIDTH * List.of(Metric.values()).indexOf(metric);
        double longest = contenders.stream()
                .mapToDouble(one -> median(one, load, metric))
                .max()
                .orElseThrow();
        return Stream.concat(
                Stream.of(heading(left, top + 40, metric.title(load), metric.better())),
                IntStream.range(0, contenders.size()).boxed().flatMap(row -> {
                    double value = median(contenders.get(row), load, metric);
                    long length = Math.round(BAR_WIDTH * value / longest);
                    int y = rowTop(top, row);
                    return Stream.of(
                            bar(left, y, length, contenders.get(row)),
                            text(left + (int) length + 6, y + 14, "", metric.format(value)));
                }));
    }

    private double median(Contender contender, Load load, Metric metric) {
        return results.spread(contender, load, metric).median();
    }

    private int blockHeight() {
        return BLOCK_HEAD + ROW_HEIGHT * contenders.size() + MARGIN;
    }

    private static int rowTop(int blockTop, int row) {
        return blockTop + BLOCK_HEAD + ROW_HEIGHT * row - 8;
    }

    private static String bar(int x, int y, long length, Contender contender) {
        return String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>",
                x,
                y,
                length,
                BAR_HEIGHT,
                contender.ours() ? OURS : OTHERS);
    }

    private static String heading(int x, int y, String title, String remark) {
        return "<text x=\"%d\" y=\"%d\"><tspan font-weight=\"bold\">%s</tspan> (%s)</text>"
                .formatted(x, y, escape(title), remark);
    }

    private static String text(int x, int y, String attributes, String words) {
        return "<text x=\"%d\" y=\"%d\"%s>%s</text>".formatted(x, y, attributes, escape(words));
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;");
    }
}
