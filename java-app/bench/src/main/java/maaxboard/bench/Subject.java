// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Path;
import java.util.List;

/** One thing to measure. */
interface Subject {
    /** Its word on the command line and its file of results. */
    String name();

    /** One sentence for the reader of the table: what is compared, and how. */
    String about();

    /** @param folder an empty folder of its own, deleted afterwards */
    List<Row> measure(Path folder) throws Exception;
}
