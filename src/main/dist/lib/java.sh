# Sourced by the commands: finds a Java 17 or later and sets JAVA, JAVA_MAJOR, JAVA_BUILD and BULKHEAD_FLAGS. Runs no program
# but readlink, so that it costs next to nothing.

bulkhead_release() { # what the JDK or JRE at $1 says of itself in its "release" file; major is 0 where there is none
    major=0 version= build= architecture=
    [ -r "$1/release" ] || return 0
    while IFS= read -r line; do
        value=${line#*=\"} value=${value%\"}
        case $line in
            JAVA_VERSION=*) version=$value major=${value%%[.-]*} ;;
            JAVA_RUNTIME_VERSION=*) build=$value ;;
            OS_ARCH=*) architecture=$value ;;
        esac
    done < "$1/release"
}

bulkhead_java() {
    for home in "${BULKHEAD_JAVA_HOME:-}" "${JAVA_HOME:-}" path /usr/lib/jvm/*; do
        if [ "$home" = path ]; then
            java=$(command -v java 2>/dev/null) || continue
            java=$(readlink -f "$java") || continue
            home=${java%/bin/java}
        fi
        [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
        bulkhead_release "$home"
        if [ "$major" -ge 17 ] 2>/dev/null; then
            JAVA=$home/bin/java JAVA_MAJOR=$major JAVA_BUILD=${build:-$version}-$architecture
            return 0
        fi
    done
    echo "${0##*/}: needs Java 17 or later; set JAVA_HOME, or: apt-get install openjdk-17-jre-headless" >&2
    exit 1
}

bulkhead_java
# One thread of garbage collection and the first compiler alone, in one thread: a small process that starts fast, for two
# threads of it take a quarter more of a start.
BULKHEAD_FLAGS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CICompilerCount=1 -XX:-UsePerfData -Xshare:auto"
if [ "$JAVA_MAJOR" -ge 24 ]; then
    BULKHEAD_FLAGS="$BULKHEAD_FLAGS --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
fi

bulkhead_archive() { # the class-data archive of command $1, made by this very build of Java: one of another switches class data off
    archive=$LIB/$1-$JAVA_BUILD.jsa
    if [ "${BULKHEAD_DUMP:-}" = list ]; then
        BULKHEAD_FLAGS="$BULKHEAD_FLAGS -Xshare:off -XX:DumpLoadedClassList=$LIB/$1.classes"
    elif [ "${BULKHEAD_DUMP:-}" = archive ]; then
        BULKHEAD_FLAGS="$BULKHEAD_FLAGS -Xshare:dump -XX:SharedClassListFile=$LIB/$1.classes -XX:SharedArchiveFile=$archive"
    elif [ -r "$archive" ]; then
        # Quietly without it where the jars aren't those that it was made of.
        BULKHEAD_FLAGS="$BULKHEAD_FLAGS -XX:SharedArchiveFile=$archive -Xlog:cds=off -Xlog:cds+dynamic=off -Xlog:class+path=off"
    fi
}
