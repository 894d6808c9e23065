/** What the signals of the operating system mean to a master. Knows the cluster by its public type only. */
@NullMarked
package dev.handoff.signals;

import org.jspecify.annotations.NullMarked;
