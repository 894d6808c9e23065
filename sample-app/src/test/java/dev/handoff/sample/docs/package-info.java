/** That the documents are true: their commands run, their links lead somewhere, the messages that they explain are in the code. */
@NullMarked
package dev.handoff.sample.docs;

import org.jspecify.annotations.NullMarked;
