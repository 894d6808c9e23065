package dev.handoff.process;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the file of Node's test suite whose behaviour a test stands for. */
@Repeatable(NodeTest.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface NodeTest {
    /** The file's name, such as {@code test-child-process-fork.js}. */
    String value();

    /** Several of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface All {
        /** Each file's name. */
        NodeTest[] value();
    }
}
