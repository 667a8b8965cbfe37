// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** The ten estimators, in the order of SP 800-90B section 6.3. */
public enum Estimator {
    MOST_COMMON_VALUE("6.3.1", "Most Common Value"),
    COLLISION("6.3.2", "Collision"),
    MARKOV("6.3.3", "Markov"),
    COMPRESSION("6.3.4", "Compression"),
    T_TUPLE("6.3.5", "t-Tuple"),
    LRS("6.3.6", "LRS"),
    MULTI_MCW("6.3.7", "MultiMCW Prediction"),
    LAG("6.3.8", "Lag Prediction"),
    MULTI_MMC("6.3.9", "MultiMMC Prediction"),
    LZ78Y("6.3.10", "LZ78Y Prediction");

    private final String section;
    private final String title;

    Estimator(String section, String title) {
        this.section = section;
        this.title = title;
    }

    /** Section of SP 800-90B. */
    public String section() {
        return section;
    }

    /** The name NIST's tool prints. */
    public String title() {
        return title;
    }
}
