package dev.handoff.cluster;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * System properties and variables whose names begin as those of settings do. Each of them is a setting or refused: an operator
 * who has misspelt a limit would run without it.
 */
final class SettingNames {
    /** The property that names the settings file. */
    static final String FILE_PROPERTY = "handoff.file";

    /** The variable that names the settings file. */
    static final String FILE_VARIABLE = "HANDOFF_FILE";

    /** What this project itself says: to a child, which worker it is. */
    private static final Set<String> NO_SETTINGS = Set.of("handoff.role", "HANDOFF_ROLE");

    private static final Pattern OURS = Pattern.compile("(?i)handoff[._-].+");

    /** For tests, ours and others'. */
    private static final Pattern OF_TESTS = Pattern.compile("(?i)handoff[._-]test[._-].+");

    /**
     * What Kubernetes and Docker tell every container of a service that is called handoff, or handoff-something.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">Kubernetes</a>
     */
    private static final Pattern OF_SERVICES = Pattern.compile("HANDOFF(_.+)?_(SERVICE_HOST|SERVICE_PORT(_.+)?"
            + "|PORT_\\d+_(TCP|UDP|SCTP)(_(START|END))?(_(PROTO|PORT|ADDR))?)");

    private static final Pattern PORT_OF_SERVICES = Pattern.compile("HANDOFF(_.+)?_PORT=(tcp|udp|sctp)://.*");

    private SettingNames() {}

    /**
     * Refuses what is no setting.
     *
     * @throws IllegalArgumentException naming it, and what may have been meant
     */
    static void check(Map<String, String> properties, Map<String, String> variables) {
        check(properties.keySet(), names(setting -> "handoff." + setting.key(), FILE_PROPERTY));
        check(
                variables.entrySet().stream()
                        .filter(variable -> !isOfServices(variable))
                        .map(Map.Entry::getKey)
                        .toList(),
                names(Setting::variable, FILE_VARIABLE));
    }

    private static boolean isOfServices(Map.Entry<String, String> variable) {
        return OF_SERVICES.matcher(variable.getKey()).matches()
                || PORT_OF_SERVICES
                        .matcher(variable.getKey() + "=" + variable.getValue())
                        .matches();
    }

    private static List<String> names(Function<Setting, String> name, String file) {
        return Stream.concat(Arrays.stream(Setting.values()).map(name), Stream.of(file))
                .toList();
    }

    private static void check(Collection<String> said, List<String> known) {
        said.stream()
                .filter(name -> OURS.matcher(name).matches())
                .filter(name -> !OF_TESTS.matcher(name).matches() && !NO_SETTINGS.contains(name))
                .filter(name -> !known.contains(name))
                .min(Comparator.naturalOrder())
                .ifPresent(name -> {
                    throw new IllegalArgumentException(name + " is no setting, although its name begins as theirs do"
                            + NearestName.hint(name, known));
                });
    }
}
