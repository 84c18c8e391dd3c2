package io.batchscope;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.batchscope.result.ResultStore;
import io.batchscope.train.TrainingEngine;
import java.util.List;
import java.util.stream.Stream;

/** The layer rules that {@code src/docs/architecture.md} explains. */
@AnalyzeClasses(packages = "io.batchscope", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** From top to bottom: a package knows only those after it. */
    private static final List<String> PURE = List.of(
            "verify",
            "collective",
            "study",
            "analysis",
            "probe",
            "train",
            "data",
            "result",
            "plan",
            "schedule",
            "scaling",
            "law",
            "units");

    private static final List<String> ADAPTERS = List.of("report", "spark", "nn", "fused", "config");

    @ArchTest
    static void thePureBlockIsOrdered(JavaClasses classes) {
        for (int i = 1; i < PURE.size(); i++) {
            noClasses()
                    .that()
                    .resideInAPackage(in(PURE.get(i)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(in(PURE.subList(0, i)))
                    .because("arrows point downward, so that each package can be read and tested with what is below it"
                            + " alone")
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    @ArchTest
    static void thePureBlockNeedsTheJdkOnly(JavaClasses classes) {
        ArchRuleDefinition.classes()
                .that()
                .resideInAnyPackage(in(PURE))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(Stream.concat(
                                Stream.of(in(PURE)),
                                Stream.of(
                                        "java..",
                                        "javax.crypto..",
                                        "com.sun.management..",
                                        "org.slf4j..",
                                        "org.jspecify..",
                                        "org.apache.commons.math3.."))
                        .toArray(String[]::new))
                .because("its tests run in milliseconds, and what it says about training holds with any library")
                .allowEmptyShould(true)
                .check(classes);
    }

    @ArchTest
    static void adaptersAreSiblings(JavaClasses classes) {
        for (String adapter : ADAPTERS) {
            String[] others =
                    in(ADAPTERS.stream().filter(other -> !other.equals(adapter)).toList());
            noClasses()
                    .that()
                    .resideInAPackage(in(adapter))
                    // The one exception: it runs Deeplearning4j's own training on Spark, and so needs both.
                    .and()
                    .resideOutsideOfPackage("io.batchscope.spark.dl4j..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .because(
                            "each adapter can be replaced without touching another; what they share is in the pure block")
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    @ArchTest
    static void theExceptionIsKnownByTheCommandLineOnly(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackages(in("spark.dl4j"), in("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("spark.dl4j"))
                .because("whoever knew the package that knows both would know both")
                .check(classes);
    }

    @ArchTest
    static void nobodyKnowsTheCommandLine(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.batchscope.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.batchscope.cli..")
                .because("cli is the top: it puts the parts together, and no part needs it")
                .check(classes);
    }

    @ArchTest
    static void librariesStayInTheirAdapter(JavaClasses classes) {
        only(classes, List.of("spark", "cli"), "org.apache.spark..", "org.apache.hadoop..", "scala..");
        only(classes, List.of("nn", "spark.dl4j"), "org.deeplearning4j..", "org.nd4j..");
        only(classes, List.of("config"), "com.typesafe.config..");
        only(classes, List.of("report"), "freemarker..");
        only(classes, List.of("fused", "nn"), "org.bytedeco..");
        only(classes, List.of("cli"), "picocli..", "me.tongfei.progressbar..");
    }

    private static void only(JavaClasses classes, List<String> packages, String... library) {
        noClasses()
                .that()
                .resideOutsideOfPackages(in(packages))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .because("a library is known in one place: " + packages)
                .allowEmptyShould(true)
                .check(classes);
    }

    @ArchTest
    static void onlyTheCommandLineConstructsEnginesAndStores(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.batchscope.cli..")
                .should()
                .callConstructorWhere(constructsFromOutside(TrainingEngine.class, ResultStore.class))
                .because("cli is the composition root; everything else is given its engine and its store")
                .check(classes);
    }

    private static DescribedPredicate<JavaConstructorCall> constructsFromOutside(Class<?>... types) {
        return new DescribedPredicate<>("another class makes an engine or a store") {
            @Override
            public boolean test(JavaConstructorCall call) {
                JavaClass made = call.getTargetOwner();
                return !made.equals(call.getOriginOwner())
                        && Stream.of(types).anyMatch(made::isAssignableTo)
                        && call.getOriginOwner().getAllRawSuperclasses().stream()
                                .noneMatch(made::equals);
            }
        };
    }

    @ArchTest
    static void packagesHaveNoCycles(JavaClasses classes) {
        slices().matching("io.batchscope.(*)..")
                .should()
                .beFreeOfCycles()
                .because("two packages that need each other are one package")
                .allowEmptyShould(true)
                .check(classes);
    }

    private static String in(String name) {
        return "io.batchscope." + name + "..";
    }

    private static String[] in(List<String> names) {
        return names.stream().map(ArchitectureTest::in).toArray(String[]::new);
    }
}
