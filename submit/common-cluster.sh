# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=common.sh
# What standalone.sh, yarn.sh and kubernetes.sh share; they differ only in what they pass to submit. Sourced, never run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cluster_usage() { # cluster_usage SCRIPT MASTER DEPLOY_MODE
    cat <<TEXT
Usage: submit/$1 [OPTION...] CMD [ARGUMENT...]

Runs CMD ($commands) by spark-submit.

Options:
  --master URL          $2
  --deploy-mode MODE    client or cluster, default $3
  --executors N         executors
  --cores N             cores of each executor: at most so many workers of a run on it
  --memory SIZE         heap of each executor, such as 4g
  --gpus N              GPUs of each executor, one for each worker of a run
  --conf KEY=VALUE      any Spark property; may be repeated; wins over everything else
  --dry-run             print the command line, run nothing
  --help                this text

Everything else comes from conf/spark-${1%.sh}.conf, which explains itself.

Environment:
  SPARK_HOME            the Spark 3.5 installation (Scala 2.12) whose spark-submit is used; else the one in PATH;
                        else, standalone in client mode, the Spark that Batchscope was built with
  BATCHSCOPE_MASTER     in place of --master
  BATCHSCOPE_JAR        the application, where executors and driver find it, if not target/batchscope.jar
  BATCHSCOPE_JAVA_OPTS  options for the driver's JVM
TEXT
}

# submit KIND MASTER_HELP DEFAULT_MASTER DEFAULT_DEPLOY_MODE ARG…: KIND is standalone, yarn or kubernetes; the default
# master may be empty.
submit() {
    kind=$1 master=${BATCHSCOPE_MASTER:-$3} deploy_mode=$4
    script=$kind.sh
    properties=$root/conf/spark-$kind.conf
    local master_help=$2 default_deploy_mode=$4
    shift 4
    executors='' cores='' memory='' gpus='' dry_run=false
    settings=()
    while (($# > 0)) && [[ $1 == -* ]]; do
        case $1 in
            --help | -h)
                cluster_usage "$script" "$master_help" "$default_deploy_mode"
                exit 0
                ;;
            --dry-run)
                dry_run=true
                shift
                continue
                ;;
            --master | --deploy-mode | --executors | --cores | --memory | --gpus | --conf)
                (($# > 1)) || fail 2 "option without a value (submit/$script): $1 needs one; 'submit/$script --help' tells more"
                read_option "$1" "$2"
                shift 2
                ;;
            *)
                fail 2 "unknown option $1 (submit/$script): options before the command are --master, --deploy-mode, --executors, --cores, --memory, --gpus, --conf, --dry-run, --help; options of the command come after it"
                ;;
        esac
    done
    (($# > 0)) || fail 2 "no command (submit/$script): expected one of $commands; 'submit/$script --help' tells more"
    [[ -n $master ]] || fail 2 "no master (submit/$script): $master_help; give it as --master or in BATCHSCOPE_MASTER"
    run_on_cluster "$@"
}

read_option() { # read_option OPTION VALUE
    case $1 in
        --master) master=$2 ;;
        --deploy-mode)
            [[ $2 == client || $2 == cluster ]] || fail 2 "$1 $2 (submit/$script): must be client or cluster; correct it"
            deploy_mode=$2
            ;;
        --executors) executors=$(positive "$1" "$2") ;;
        --cores) cores=$(positive "$1" "$2") ;;
        --gpus) gpus=$(positive "$1" "$2") ;;
        --memory)
            [[ $2 =~ ^[1-9][0-9]*[mgMG]$ ]] || fail 2 "$1 $2 (submit/$script): must be a number with m or g, such as 4g; correct it"
            memory=$2
            ;;
        --conf)
            [[ $2 == ?*=* ]] || fail 2 "$1 $2 (submit/$script): must be KEY=VALUE; correct it"
            settings+=(--conf "$2")
            ;;
    esac
}

positive() { # positive OPTION VALUE: prints the value if it is a whole number of at least 1
    [[ $2 =~ ^[1-9][0-9]*$ ]] || fail 2 "$1 $2 (submit/$script): must be a whole number of at least 1; correct it"
    echo "$2"
}

property() { # property NAME: its value in the properties file
    awk -v name="$1" '$1 == name { value = $2 } END { print value }' "$properties"
}

# Puts the command line together in command, then runs or prints it.
run_on_cluster() {
    local resources=() files=() launcher=() arguments=("$@")
    resource_settings
    ship_configuration
    application=${BATCHSCOPE_JAR:-$jar}
    if [[ $kind == kubernetes && $deploy_mode == cluster && -z ${BATCHSCOPE_JAR:-} ]]; then
        # In the container image; see conf/spark-kubernetes.conf.
        application=local:///opt/batchscope/batchscope.jar
    fi
    choose_launcher
    if [[ $application == "$jar" && $dry_run == false ]]; then
        find_java
        build_if_needed
    fi
    command=("${launcher[@]}" --master "$master" --deploy-mode "$deploy_mode" --class "$main_class"
        --properties-file "$properties"
        ${files[@]+--files "$(IFS=, && echo "${files[*]}")"}
        ${resources[@]+"${resources[@]}"} ${settings[@]+"${settings[@]}"}
        "$application" "${arguments[@]}")
    if [[ $dry_run == true ]]; then
        print_command
        exit 0
    fi
    exec "${command[@]}"
}

# --executors, --cores, --memory and --gpus as Spark properties.
resource_settings() {
    if [[ -n $executors$cores ]]; then
        executors=${executors:-$(property spark.executor.instances)}
        cores=${cores:-$(property spark.executor.cores)}
        resources+=(--conf "spark.executor.instances=$executors" --conf "spark.executor.cores=$cores")
        if [[ $kind == standalone ]]; then
            # Standalone counts cores, not executors; with it Spark also knows how many to wait for.
            resources+=(--conf "spark.cores.max=$((executors * cores))")
        fi
    fi
    if [[ -n $memory ]]; then
        resources+=(--conf "spark.executor.memory=$memory")
    fi
    if [[ -n $gpus ]]; then
        # Only tasks that train ask for one (a resource profile), so no spark.task.resource.gpu.amount.
        resources+=(--conf "spark.executor.resource.gpu.amount=$gpus")
        case $kind in
            standalone) resources+=(--conf "spark.executor.resource.gpu.discoveryScript=$root/submit/gpu-discovery.sh") ;;
            yarn)
                # Shipped to the containers, where it lies in the working directory.
                files+=("$root/submit/gpu-discovery.sh")
                resources+=(--conf spark.executor.resource.gpu.discoveryScript=./gpu-discovery.sh)
                ;;
            kubernetes)
                resources+=(--conf spark.executor.resource.gpu.vendor=nvidia.com
                    --conf spark.executor.resource.gpu.discoveryScript=/opt/batchscope/gpu-discovery.sh)
                ;;
        esac
    fi
}

# In cluster mode the driver is elsewhere: configuration files named in the command travel with it. A standalone cluster
# does not put files beside its drivers, so there the path must mean the same on all machines.
ship_configuration() {
    [[ $deploy_mode == cluster ]] || return 0
    local i argument
    for i in "${!arguments[@]}"; do
        argument=${arguments[i]}
        if [[ $argument == *.conf && -f $argument ]]; then
            argument=$(cd "$(dirname "$argument")" && pwd)/${argument##*/}
            if [[ $kind == standalone ]]; then
                arguments[i]=$argument
            else
                files+=("$argument")
                arguments[i]=${argument##*/}
            fi
        fi
    done
}

# Sets launcher: spark-submit, or on a standalone cluster in client mode the SparkSubmit class of our own build's Spark.
choose_launcher() {
    local spark_submit=${SPARK_HOME:+$SPARK_HOME/bin/spark-submit}
    if [[ -z $spark_submit || ! -x $spark_submit ]]; then
        spark_submit=$(command -v spark-submit || true)
    fi
    if [[ -n $spark_submit ]]; then
        launcher=("$spark_submit")
        if [[ $deploy_mode == client ]]; then
            launcher+=(--driver-java-options "$(log_option)${BATCHSCOPE_JAVA_OPTS:+ $BATCHSCOPE_JAVA_OPTS}")
        fi
    elif [[ $kind == standalone && $deploy_mode == client ]]; then
        own_spark_submit
    elif [[ $dry_run == true ]]; then
        echo "note: no spark-submit here (SPARK_HOME, PATH); this is what would run where there is one" >&2
        launcher=(spark-submit)
    else
        fail 4 "no spark-submit (SPARK_HOME, PATH): deploy mode $deploy_mode on $kind needs a Spark installation; install Spark 3.5 for Scala 2.12 and set SPARK_HOME"
    fi
}

log_option() {
    printf -- '-Dlog4j2.configurationFile=jar:file:%s!/log4j2.properties' "$jar"
}

own_spark_submit() {
    echo "note: no spark-submit here (SPARK_HOME, PATH); using the Spark that Batchscope was built with" >&2
    local class_path=$class_path_mark
    find_java
    if [[ $dry_run == false ]]; then
        build_if_needed
        class_path=$(<"$spark_class_path")
    elif [[ ! -f $spark_opens ]]; then
        fail 4 "nothing built yet (target): without a Spark installation the command line needs the build's Spark; run 'mvn -B package -Dmaven.test.skip=true' first"
    fi
    read_opens
    read_java_options
    launcher=("$java" "${opens[@]}" "-Xmx$(property spark.driver.memory)" "$(log_option)"
        ${java_options[@]+"${java_options[@]}"}
        -cp "$class_path" org.apache.spark.deploy.SparkSubmit)
}

# Stands for the class path, of some 12,000 characters, in a command line to be printed.
class_path_mark=@spark.classpath

# Prints command so that it can be pasted into a shell.
print_command() {
    local word line=''
    for word in "${command[@]}"; do
        case $line in
            # Options with a value keep it on their line.
            *--conf | *--master | *--deploy-mode | *--class | *--properties-file | *--files | *--driver-java-options | *-cp) ;;
            '') ;;
            *) line+=$' \\\n ' ;;
        esac
        if [[ $word == "$class_path_mark" ]]; then
            word="\"\$(cat $(printf '%q' "$spark_class_path"))\""
        else
            word=$(printf '%q' "$word")
        fi
        line+=${line:+ }$word
    done
    printf '%s\n' "$line"
}
