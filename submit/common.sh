# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source it read its variables
# What the scripts of this directory share: errors, Java, the build. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jar=$root/target/batchscope.jar
# Both are written by the build: the Spark jars that a Spark installation would bring, and what Spark needs opened on Java 17.
spark_class_path=$root/target/spark.classpath
spark_opens=$root/target/classes/io/batchscope/spark.opens
main_class=io.batchscope.cli.Main
commands="plan, train, study, report, data, fit, simulate, verify, doctor"

# fail CODE MESSAGE: the message is <what> (<where>): <rule, value>; <what to do>.
fail() {
    printf 'error: %s\n' "$2" >&2
    exit "$1"
}

# Sets java and java_major.
find_java() {
    if [[ -n ${JAVA_HOME:-} ]]; then
        java=$JAVA_HOME/bin/java
    else
        java=$(command -v java || true)
    fi
    if [[ -z $java || ! -x $java ]]; then
        fail 4 "no Java (${JAVA_HOME:+JAVA_HOME }${JAVA_HOME:-PATH}): Batchscope needs a JDK 17; install one (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME to it"
    fi
    java_major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if [[ ! $java_major =~ ^[0-9]+$ ]] || ((java_major < 17)); then
        fail 4 "Java is too old ($java): must be 17 or later, but is ${java_major:-unknown}; set JAVA_HOME to a JDK 17"
    fi
}

# Whether the build has run since its sources last changed, and the Spark jars it found are still there.
is_built() {
    [[ -f $jar && -f $spark_class_path && -f $spark_opens ]] || return 1
    [[ -z $(find "$root/pom.xml" "$root/src/main" "$root/conf/defaults.conf" -newer "$jar" -print -quit 2>/dev/null) ]] || return 1
    local entries entry
    IFS=: read -r -a entries <"$spark_class_path" || true
    for entry in "${entries[@]}"; do
        [[ -e $entry ]] || return 1
    done
}

# Builds target/batchscope.jar unless it is up to date. All output goes to stderr: stdout belongs to the command.
build_if_needed() {
    if is_built; then
        return
    fi
    if ((java_major != 17)) || [[ ! -x $(dirname "$java")/javac && -z $(command -v javac || true) ]]; then
        fail 4 "no JDK 17 ($java): building target/batchscope.jar needs the compiler of a JDK 17, but this is Java $java_major$(jre_hint); install openjdk-17-jdk-headless or set JAVA_HOME to a JDK 17"
    fi
    if ! command -v mvn >/dev/null; then
        fail 4 "no Maven (PATH): target/batchscope.jar must be built, and mvn is not there; install it (Debian: apt-get install maven) and run this again"
    fi
    echo "Building target/batchscope.jar (the first time Maven downloads about 700 MB of libraries) ..." >&2
    mkdir -p "$root/target"
    SECONDS=0
    # A second caller waits for the first one's build instead of disturbing it.
    (
        if command -v flock >/dev/null; then
            flock 9
        fi
        is_built || mvn -B -q -Dstyle.color=never -f "$root/pom.xml" package -Dmaven.test.skip=true -Dspotless.check.skip=true >&2
    ) 9>"$root/target/build.lock" ||
        fail 1 "the build failed ($root): see Maven's messages above; run 'mvn -B package -Dmaven.test.skip=true' there for all of them"
    echo "Built in $SECONDS s." >&2
}

jre_hint() {
    if ((java_major == 17)); then
        printf ' without javac'
    fi
}

# Sets opens to the options Spark needs on a JVM that spark-submit does not start.
read_opens() {
    read -r -a opens <"$spark_opens"
}

# Sets java_options to the words of BATCHSCOPE_JAVA_OPTS.
read_java_options() {
    read -r -a java_options <<<"${BATCHSCOPE_JAVA_OPTS:-}" || true
}
