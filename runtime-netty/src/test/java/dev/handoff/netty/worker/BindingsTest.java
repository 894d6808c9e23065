package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A master's listeners and those of the program that its next workers run. Written as {@code name=address}. */
class BindingsTest {
    @Test
    void theSameListenersInAnyOrderAreServedEachByItsOwnHandler() {
        assertThat(served(listeners(":8080", ":9090"), ":8080", ":9090")).containsExactly(":8080", ":9090");
        assertThat(served(listeners(":8080", ":9090"), ":9090", ":8080")).containsExactly(":8080", ":9090");
        assertThat(served(listeners("api=:8080", "admin=:9090"), "admin=:9090", "api=:8080"))
                .containsExactly("api=:8080", "admin=:9090");
        assertThat(refusal(listeners("api=:8080", ":9090"), ":9090", "api=:8080"))
                .isEmpty();
    }

    @Test
    void listenersThatHaveGotOrLostTheirNamesAreTheSame() {
        assertThat(refusal(listeners(":8080", "admin=:9090"), "api=:8080", ":9090"))
                .isEmpty();
        assertThat(served(listeners(":8080", "admin=:9090"), ":9090", "api=:8080"))
                .containsExactly("api=:8080", ":9090");
    }

    @Test
    void anyPortIsTakenByItsPlace() {
        assertThat(served(listeners(":0", ":0"), ":0", ":0")).containsExactly(":0", ":0");
        assertThat(served(listeners("b=:0", ":0"), ":0", "b=:0")).containsExactly("b=:0", ":0");
    }

    @Test
    void oneMoreOneLessAndAnotherOneAreRefused() {
        assertThat(refusal(listeners(":8080"), ":9090", ":8080"))
                .singleElement()
                .asString()
                .contains("[:9090, :8080]", "[:8080]", "stop the master");
        assertThat(refusal(listeners(":8080", ":9090"), ":8080")).hasSize(1);
        assertThat(refusal(listeners(":8080"), ":8081")).hasSize(1);
        assertThat(refusal(listeners("api=:8080"), "admin=:8080")).hasSize(1);
        assertThat(refusal(listeners("api=:8080"), "api=:8081")).hasSize(1);
        assertThat(refusal(listeners(":8080"), "unix:/run/x")).hasSize(1);
    }

    @Test
    void whereTheOperatorHasSaidTheAddressesNamesDecideAndThenPlaces() {
        List<ListenerDescription> said = operators("api", "", "");
        assertThat(refusal(said, ":1", "api=:2")).isEmpty();
        assertThat(served(said, ":1", "api=:2")).containsExactly("api=:2", "api=:2", "api=:2");
        assertThat(served(operators("", ""), ":1", ":2", ":3")).containsExactly(":1", ":2");
        assertThat(served(operators("", "", ""), ":1", ":2")).containsExactly(":1", ":2", ":2");
    }

    @Test
    void aNameThatNoListenerHasAnyMoreIsNotServedByAnother() {
        assertThatIllegalStateException()
                .isThrownBy(() -> served(operators("api"), "admin=:1"))
                .withMessageContaining("'api'");
    }

    @Test
    void anAddressOfTheOperatorsHasTheNameOfThePlaceThatItTakes() {
        ClusterSettings program = ClusterSettings.defaults()
                .listen(ListenOptions.port(1).name("api"), ListenOptions.port(2).name("admin"));
        ClusterSettings settings = program.option(Setting.LISTEN.key(), "8080,8081,8082");
        assertThat(settings.listeners()).extracting(ListenOptions::name).containsExactly("api", "admin", "");
        assertThat(settings.listeners()).extracting(ListenOptions::port).containsExactly(8080, 8081, 8082);
        assertThat(settings.operatorSaysListeners()).isTrue();
        assertThat(settings.declaredListeners()).isEqualTo(program.listeners());
        assertThat(program.operatorSaysListeners()).isFalse();
    }

    private static List<ListenerDescription> listeners(String... declared) {
        List<ListenerDescription> all = new ArrayList<>();
        for (String each : declared) {
            ListenOptions where = options(each);
            all.add(new ListenerDescription(all.size(), where.name(), "[::]:1", where.toString()));
        }
        return all;
    }

    private static List<ListenerDescription> operators(String... names) {
        List<ListenerDescription> all = new ArrayList<>();
        for (String name : names) {
            all.add(new ListenerDescription(all.size(), name, "[::]:1", ""));
        }
        return all;
    }

    private static List<String> refusal(List<ListenerDescription> listeners, String... declared) {
        return Bindings.refusal(
                        listeners,
                        Stream.of(declared).map(BindingsTest::options).toList())
                .stream()
                .toList();
    }

    /** Which of the program's listeners has the handler for each. */
    private static List<String> served(List<ListenerDescription> listeners, String... declared) {
        List<Binding> bindings = Stream.of(declared)
                .map(each -> new Binding(options(each), () -> channel -> {}))
                .toList();
        return Bindings.of(listeners, bindings).stream()
                .map(binding -> declared[bindings.indexOf(binding)])
                .toList();
    }

    private static ListenOptions options(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? "" : text.substring(0, equals);
        return ListenOptions.parse(text.substring(equals + 1)).name(name);
    }
}
