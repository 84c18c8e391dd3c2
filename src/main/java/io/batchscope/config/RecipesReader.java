package io.batchscope.config;

import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.Regularization;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads which recipes a study has: its own blocks, and for several the list {@code recipes}, whose blocks go over those. */
final class RecipesReader {
    private static final int LEAST_GHOST_BATCH = 2;

    private RecipesReader() {}

    /** The blocks of one recipe. */
    private record Blocks(Section optimizer, Section rate, Section regularization, Section growth, Section budget) {
        static Blocks of(Section study) {
            return new Blocks(
                    study.section("optimizer"),
                    study.section("learning-rate"),
                    study.section("regularization"),
                    study.section("batch-growth"),
                    study.section("budget"));
        }

        /** Those of an element of {@code recipes}, over these. */
        Blocks under(Section recipe) {
            return new Blocks(
                    recipe.sectionOver("optimizer", optimizer),
                    recipe.sectionOver("learning-rate", rate),
                    recipe.sectionOver("regularization", regularization),
                    recipe.sectionOver("batch-growth", growth),
                    recipe.sectionOver("budget", budget));
        }

        RecipeConfig read(String name) {
            return new RecipeConfig(
                    name,
                    OptimizerReader.read(optimizer),
                    LearningRateReader.read(rate),
                    readRegularization(),
                    GrowthReader.read(growth),
                    BudgetReader.read(budget));
        }

        private Regularization readRegularization() {
            return new Regularization(
                    regularization.number("label-smoothing", new Interval(0, true, 1, false)),
                    regularization.has("ghost-batch") ? regularization.whole("ghost-batch", LEAST_GHOST_BATCH) : 0);
        }

        /** Checks values against each other. */
        void require(RecipeConfig recipe) {
            LearningRateReader.require(rate, recipe.learningRate());
            GrowthReader.require(growth, recipe.growth());
            BudgetReader.require(budget);
        }

        /** Refuses what these blocks set although no recipe needs it, and what is no key. */
        void refuseIdleAndUnknown(List<RecipeConfig> uses) {
            OptimizerReader.refuseIdle(
                    optimizer, uses.stream().map(RecipeConfig::optimizer).toList());
            LearningRateReader.refuseIdle(
                    rate, uses.stream().map(RecipeConfig::learningRate).toList());
            GrowthReader.refuseIdle(
                    growth, uses.stream().map(RecipeConfig::growth).toList());
            for (Section block : List.of(optimizer, rate, regularization, growth, budget)) {
                block.refuseUnknown();
            }
        }
    }

    /** At least one, in the order in which they are asked for. */
    static List<RecipeConfig> read(Section study) {
        Blocks own = Blocks.of(study);
        RecipeConfig single = own.read("");
        List<Setting> elements = study.elements("recipes");
        if (elements.isEmpty()) {
            own.require(single);
            own.refuseIdleAndUnknown(List.of(single));
            return List.of(single);
        }
        List<RecipeConfig> recipes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Setting element : elements) {
            Section block = element.section();
            if (block == null) {
                element.wrong("a block { name = …, … }");
                continue;
            }
            int problems = element.reading().problemCount();
            String name = StudyReader.name(block);
            if (element.reading().problemCount() == problems && !names.add(name)) {
                block.refuse("name", "another name than those of the recipes before it");
            }
            Blocks blocks = own.under(block);
            RecipeConfig recipe = blocks.read(name);
            blocks.require(recipe);
            blocks.refuseIdleAndUnknown(List.of(recipe));
            block.refuseUnknown();
            recipes.add(recipe);
        }
        // What an element that cannot be read would have used is not known.
        own.refuseIdleAndUnknown(recipes.size() < elements.size() ? List.of(single) : recipes);
        return recipes.isEmpty() ? List.of(single) : recipes;
    }
}
