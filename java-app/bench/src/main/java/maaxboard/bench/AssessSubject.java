// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import maaxboard.guest.Project;

/** {@code entropy assess} on NIST's data sets: its result against that of NIST's tool. */
final class AssessSubject implements Subject {
    private static final Pattern RESULT = Pattern.compile("\"minEntropy\":([\\d.]+),\"claimed\"");
    private static final String TOTAL = "Assessed min entropy";

    @Override
    public String name() {
        return "assess";
    }

    @Override
    public String about() {
        return "`entropy assess` on the data sets that come with NIST's `ea_non_iid` 1.1.7, against what that tool says of each:"
                + " bits of min-entropy a symbol. All their estimators are held together in a test.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var data = Project.top().resolve("java-app/entropy/src/test/resources/maaxboard/entropy/assess");
        var rows = new ArrayList<Row>();
        for (var line : Files.readAllLines(data.resolve("expected.csv"))) {
            // data set, bits, symbols, distinct, quantity, value
            var fields = line.split(",");
            if (fields[4].equals(TOTAL)) {
                rows.add(row(data.resolve(fields[0] + ".gz"), fields[0], fields[1], Double.parseDouble(fields[5]), folder));
            }
        }
        return rows;
    }

    private static Row row(Path packed, String name, String bits, double published, Path folder) throws IOException {
        var samples = folder.resolve(name);
        try (var in = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.copy(in, samples);
        }
        var output = Programs.run(Map.of(), Project.top().resolve("build/host/bin/entropy").toString(), "assess", "--bits", bits, "--json",
                samples.toString());
        var match = RESULT.matcher(output);
        if (!match.find()) {
            throw new IOException("no result in: " + output);
        }
        return new Row(name, "bits", new double[] {Double.parseDouble(match.group(1))}, "ea_non_iid", new double[] {published}, 0);
    }
}
