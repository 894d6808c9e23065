package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

final class FdTest {
    private static Fd open() throws UnixException {
        return new Fd(Native.check(Native.LIBC.eventfd(0, Native.EFD_CLOEXEC), "cannot open an eventfd"));
    }

    @Test
    void aSecondCloseDoesNotCloseTheNextOwnerOfTheNumber() throws Exception {
        Fd first = open();
        int number = first.number();
        first.close();
        try (Fd second = open()) {
            assertThat(second.number()).isEqualTo(number);
            first.close();
            assertThat(OpenDescriptors.identity(second)).contains("eventfd");
        }
    }

    @Test
    void whatWasGivenAwayIsNotClosed() throws Exception {
        Fd first = open();
        try (Fd second = new Fd(first.release())) {
            first.close();
            assertThat(first.isOpen()).isFalse();
            assertThat(second.isOpen()).isTrue();
            assertThat(OpenDescriptors.identity(second)).contains("eventfd");
        }
    }

    @Test
    void whatIsGoneHasNoNumber() throws Exception {
        Fd gone = open();
        gone.close();
        assertThatIllegalStateException().isThrownBy(gone::number).withMessageContaining("closed or given away");
        assertThatIllegalStateException().isThrownBy(gone::release).withMessageContaining("closed or given away");
        assertThat(gone).hasToString("fd gone");
    }

    @Test
    void aFailedCallSaysWhatAndWhy() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Fd(-1));
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> Native.check(Native.LIBC.listen(-1, 1), "cannot listen on nothing"))
                .withMessage("cannot listen on nothing: Bad file descriptor (EBADF)");
    }
}
