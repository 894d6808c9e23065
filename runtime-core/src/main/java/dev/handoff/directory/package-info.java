/**
 * The runtime directory: where it may be, whose it is, under which name, and that no other master takes it meanwhile.
 * The sockets and pages in it belong to those who open them; which file is called what stands in {@code dev.handoff.wire}.
 */
@NullMarked
package dev.handoff.directory;

import org.jspecify.annotations.NullMarked;
