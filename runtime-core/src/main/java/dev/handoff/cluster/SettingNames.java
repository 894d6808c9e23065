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
 * Checks system properties and environment variables whose names begin like those of settings. Each must be a setting, or it is refused:
 * with a misspelt name an operator would run without the limit that was meant.
 */
final class SettingNames {
    /** The property that names the settings file. */
    static final String FILE_PROPERTY = "handoff.file";

    /** The variable that names the settings file. */
    static final String FILE_VARIABLE = "HANDOFF_FILE";

    /** Set by this project itself: it tells a child which worker it is. */
    private static final Set<String> NO_SETTINGS = Set.of("handoff.role", "HANDOFF_ROLE");

    private static final Pattern OURS = Pattern.compile("(?i)handoff[._-].+");

    /** For tests, of this project and of others. */
    private static final Pattern OF_TESTS = Pattern.compile("(?i)handoff[._-]test[._-].+");

    /**
     * Variables that Kubernetes and Docker set in every container for a service that is called handoff, or handoff-something.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">Kubernetes</a>
     */
    private static final Pattern OF_SERVICES = Pattern.compile("HANDOFF(_.+)?_(SERVICE_HOST|SERVICE_PORT(_.+)?"
            + "|PORT_\\d+_(TCP|UDP|SCTP)(_(START|END))?(_(PROTO|PORT|ADDR))?)");

    private static final Pattern PORT_OF_SERVICES = Pattern.compile("HANDOFF(_.+)?_PORT=(tcp|udp|sctp)://.*");

    private SettingNames() {}

    /**
     * Checks all names.
     *
     * @throws IllegalArgumentException naming the one that is no setting, and the setting that may have been meant
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
                    throw new IllegalArgumentException(
                            name + " is no setting, although its name begins like those of settings"
                                    + NearestName.hint(name, known));
                });
    }
}
