/** System tests of the packaged sample: real processes, real sockets, one promise each. */
@NullMarked
package dev.handoff.sample;

import org.jspecify.annotations.NullMarked;
