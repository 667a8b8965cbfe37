// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Arrays;

/**
 * What followed which context, for any alphabet up to 256. A context is a path from the root, its last symbol first; a
 * node is in the dictionary once something has followed it. Most nodes have one child and one follower: these are kept in
 * the node, the others in maps.
 */
final class Contexts {
    static final int ROOT = 0;

    private int nodes = 1;
    private int[] firstChild = new int[1 << 12];
    private byte[] firstChildSymbol = new byte[1 << 12];
    private int[] firstCount = new int[1 << 12];
    private byte[] firstSymbol = new byte[1 << 12];
    private int[] bestCount = new int[1 << 12];
    private byte[] bestSymbol = new byte[1 << 12];
    private final IntMap children = new IntMap();
    private final IntMap counts = new IntMap();

    /** The longer context, or {@link #ROOT} if there is none. */
    int child(int node, byte symbol) {
        int first = firstChild[node];
        if (first == 0 || firstChildSymbol[node] == symbol) {
            return first;
        }
        return children.get(key(node, symbol));
    }

    int childOrNew(int node, byte symbol) {
        int child = child(node, symbol);
        if (child != ROOT) {
            return child;
        }
        if (nodes == firstChild.length) {
            grow();
        }
        if (firstChild[node] == 0) {
            firstChild[node] = nodes;
            firstChildSymbol[node] = symbol;
        } else {
            children.put(key(node, symbol), nodes);
        }
        return nodes++;
    }

    /** How often the predicted symbol has followed; 0 if the context is not in the dictionary. */
    int bestCount(int node) {
        return bestCount[node];
    }

    /** What followed most often; of several the greatest. */
    byte prediction(int node) {
        return bestSymbol[node];
    }

    /**
     * Counts what followed.
     *
     * @param mayAdd whether a follower not seen before may be taken in
     * @return true if one was
     */
    boolean follow(int node, byte symbol, boolean mayAdd) {
        int count;
        boolean added = false;
        if (firstCount[node] > 0 && firstSymbol[node] == symbol) {
            count = ++firstCount[node];
        } else {
            count = firstCount[node] > 0 ? counts.incrementIfPresent(key(node, symbol)) : 0;
            if (count == 0) {
                if (!mayAdd) {
                    return false;
                }
                added = true;
                count = 1;
                if (firstCount[node] == 0) {
                    firstCount[node] = 1;
                    firstSymbol[node] = symbol;
                } else {
                    counts.put(key(node, symbol), 1);
                }
            }
        }
        if (count > bestCount[node] || count == bestCount[node] && (symbol & 0xff) > (bestSymbol[node] & 0xff)) {
            bestCount[node] = count;
            bestSymbol[node] = symbol;
        }
        return added;
    }

    private static int key(int node, byte symbol) {
        return (node << 8 | symbol & 0xff) + 1;
    }

    private void grow() {
        int size = 2 * nodes;
        firstChild = Arrays.copyOf(firstChild, size);
        firstChildSymbol = Arrays.copyOf(firstChildSymbol, size);
        firstCount = Arrays.copyOf(firstCount, size);
        firstSymbol = Arrays.copyOf(firstSymbol, size);
        bestCount = Arrays.copyOf(bestCount, size);
        bestSymbol = Arrays.copyOf(bestSymbol, size);
    }
}
