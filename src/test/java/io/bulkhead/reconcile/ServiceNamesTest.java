package io.bulkhead.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.ServiceName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceNamesTest {
    private static final Instances TWO = new Instances(2, 1);
    private final ServiceNames names = new ServiceNames(
            List.of(new Instance(name("web"), 0, TWO), new Instance(name("web"), 1, TWO), Instance.only(name("db"))));

    private static ServiceName name(String text) {
        return new ServiceName(text);
    }

    private List<String> named(String text) {
        return names.named(text).stream().map(ServiceName::value).toList();
    }

    @Test
    void serviceIsAllOfItsInstances() {
        assertEquals(List.of("web", "web_01"), named("web"));
        assertEquals(List.of("web", "web_01"), named("web:*"));
        assertEquals(List.of("web", "web_01"), named("web:"));
        assertEquals(List.of("db", "web", "web_01"), named("all"));
    }

    @Test
    void instanceIsNamedByItself() {
        assertEquals(List.of("web"), named("web:web_00"));
        assertEquals(List.of("web_01"), named("web:web_01"));
        assertEquals(List.of("web_01"), named("web_01"));
        assertEquals(List.of("db"), named("db:db"));
    }

    @Test
    void othersAreNobody() {
        assertEquals(List.of(), named("web:web"));
        assertEquals(List.of(), named("web:web_02"));
        assertEquals(List.of(), named("db:web_01"));
        assertEquals(List.of(), named(""));
    }

    @Test
    void oneIsAskedForWhereThereAreSeveral() {
        assertEquals(Optional.of(name("db")), names.one("db"));
        assertEquals(Optional.empty(), names.one("web"));
        assertEquals("which of web:web_00, web:web_01?", names.notOne("web"));
    }

    @Test
    void oneThatIsNoLongerDeclaredIsStillAnInstance() {
        assertEquals("web:web_07", names.shown(name("web_07")));
        assertTrue(names.isNamed(name("web_07"), "web"));
        assertEquals("db_x1", names.shown(name("db_x1")));
        assertEquals("gone_01", names.shown(name("gone_01")));
        assertFalse(names.isNamed(name("gone_01"), "gone"));
    }
}
