package io.bulkhead.cli;

import io.bulkhead.doctor.Finding;
import io.bulkhead.doctor.Finding.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was found of a host, as lines and as JSON. */
final class DoctorReport {
    private DoctorReport() {}

    /** An area a paragraph, a finding a line, and below one that isn't all right how to make it so. */
    static List<String> lines(List<Finding> findings, boolean able) {
        List<String> lines = new ArrayList<>();
        String area = "";
        for (Finding finding : findings) {
            if (!finding.area().equals(area)) {
                area = finding.area();
                lines.add(area);
            }
            lines.add(String.format("  %-19s%-9s%s", finding.name(), word(finding.verdict()), finding.detail()));
            if (!finding.remedy().isEmpty()) {
                lines.add(" ".repeat(30) + "-> " + finding.remedy());
            }
        }
        lines.add("");
        lines.add(
                able
                        ? "Bulkhead can work on this host."
                        : "Bulkhead cannot work on this host: " + missing(findings) + ".");
        return lines;
    }

    private static String word(Verdict verdict) {
        return verdict == Verdict.MISSING ? "MISSING" : verdict.name().toLowerCase(Locale.ROOT);
    }

    private static String missing(List<Finding> findings) {
        return String.join(
                ", ",
                findings.stream()
                        .filter(finding -> finding.verdict() == Verdict.MISSING)
                        .map(finding -> finding.area() + " " + finding.name())
                        .toList());
    }

    static Map<String, Object> json(List<Finding> findings, boolean able) {
        List<Object> all = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("area", finding.area());
            one.put("name", finding.name());
            one.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
            one.put("detail", finding.detail());
            one.put("remedy", finding.remedy());
            all.add(one);
        }
        return Map.of("able", able, "findings", all);
    }
}
