// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every figure NIST's own tool prints for its data sets comes out here too. */
class ReferenceTest {
    private static final double TOLERANCE = 1e-6;

    @ParameterizedTest
    @ValueSource(strings = {"rand1_short", "rand4_short", "rand8_short", "truerand_4bit", "normal", "data.pi"})
    void everyEstimateEqualsTheReferenceTools(String name) throws Exception {
        var samples = Samples.of(data(name));
        var assessment = Assessment.of(samples);
        var figures = figures(assessment);
        var expected = expected(name, samples);
        assertEquals(expected.keySet(), figures.keySet());
        expected.forEach((quantity, bits) -> assertEquals(bits, figures.get(quantity), TOLERANCE, quantity));
    }

    private static Map<String, Double> figures(Assessment assessment) {
        var figures = new TreeMap<String, Double>();
        for (Estimate estimate : assessment.estimates()) {
            figures.put(estimate.view().title() + " " + estimate.estimator().title(), estimate.minEntropy());
        }
        figures.put("H_original", assessment.original());
        assessment.bitstring().ifPresent(h -> figures.put("H_bitstring", h));
        figures.put("Assessed min entropy", assessment.minEntropy());
        return figures;
    }

    private static Map<String, Double> expected(String name, Samples samples) throws IOException {
        var expected = new LinkedHashMap<String, Double>();
        try (var in = ReferenceTest.class.getResourceAsStream("expected.csv")) {
            new String(in.readAllBytes(), US_ASCII).lines().map(line -> line.split(",")).filter(f -> f[0].equals(name))
                    .forEach(f -> {
                        assertEquals(Integer.parseInt(f[1]), samples.bits());
                        assertEquals(Integer.parseInt(f[2]), samples.size());
                        assertEquals(Integer.parseInt(f[3]), samples.distinct());
                        expected.put(f[4], Double.parseDouble(f[5]));
                    });
        }
        return new TreeMap<>(expected);
    }

    static byte[] data(String name) throws IOException {
        try (var in = new GZIPInputStream(ReferenceTest.class.getResourceAsStream(name + ".gz"))) {
            return in.readAllBytes();
        }
    }
}
