/**
 * The command line of a JVM: how this one was started, and what a further one needs of that, with flags, argument files, paths and
 * ports. Only text and files: nothing here starts a process.
 */
@NullMarked
package dev.handoff.jvm;

import org.jspecify.annotations.NullMarked;
