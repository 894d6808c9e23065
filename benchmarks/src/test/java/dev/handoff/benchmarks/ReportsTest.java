package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

final class ReportsTest {
    private final Results results = Samples.results();

    @Test
    void theTablesTellMediansSpreadsAndRatios() {
        assertThat(page())
                .contains("| Handoff | 19,500 [19,000–20,000] | 0.85 | 2.29 | 42.0 [40.0–44.0] | 1.20 | 0.26 |")
                .contains("| Netty | 23,000 [22,000–24,000] | 1.00 | 2.71 | 35.0 [34.0–36.0] | 1.00 | 0.22 |");
    }

    @Test
    void theClaimsTellWhetherTheyHold() {
        assertThat(page())
                .contains("| P1 | one request per connection, server CPU µs per connection: at most 1.35 × netty"
                        + " | 1.2000 | holds |")
                .contains("| P3 | keep-alive, server CPU µs per request: at most 1.03 × netty | 1.2000 | **missed** |");
    }

    @Test
    void aClaimIsNotMeasuredUnlessBothSystemsRan() {
        Results without = new Results(results.measurements().stream()
                .filter(measurement -> !measurement.contender().equals(Samples.NODE))
                .toList());

        assertThat(new MarkdownReport(without, Map.of()).text("plot.svg"))
                .contains("at most 0.32 × node-rr |  | not measured |");
    }

    @Test
    void thePageShowsThePlotAndTheCircumstances() {
        assertThat(page()).contains("](plot.svg)").contains("| Kernel | Linux 6 |");
    }

    @Test
    void theLinesForMachinesHoldEveryMeasurementInItsOrder() {
        assertThat(CsvReport.text(results).lines())
                .hasSize(1 + 12)
                .startsWith(
                        "round,system,load,requests,requests_per_second,cpu_micros_per_request,others_cpu_percent",
                        "1,handoff-rr,close,10000,20000.00,40.000,1.0",
                        "1,handoff-rr,keep-alive,50000,100000.00,8.000,1.0");
    }

    @Test
    void thePlotHasABarForEachSystemLoadAndMetric() throws Exception {
        Document plot = parse(new BarChart(results).svg());

        assertThat(plot.getElementsByTagName("rect").getLength()).isEqualTo(1 + 3 * 2 * 2);
        assertThat(plot.getDocumentElement().getTextContent())
                .contains(List.of("Node <cluster> & co.", "42.0", "19,500"));
    }

    @Test
    void theWorstDisturbanceIsTold() {
        assertThat(results.mostOthersPercent()).isEqualTo(2.0);
    }

    private String page() {
        return new MarkdownReport(results, Map.of("Kernel", "Linux 6")).text("plot.svg");
    }

    private static Document parse(String svg) throws ParserConfigurationException, IOException, SAXException {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }
}
