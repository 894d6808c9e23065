/**
 * The master of workers that the program itself forks: starts them, tells what becomes of them, and listens for those who ask it
 * to.
 */
@NullMarked
package dev.handoff.forks;

import org.jspecify.annotations.NullMarked;
