import { computedQuery } from "./computed";
import type {
  AnalysisOfBelief,
  AnalysisOfConvergence,
  AnalysisOfFailureRegions,
  AnalysisOfHealth,
  AnalysisOfHypervolume,
  AnalysisOfRegionCoverage,
} from "./schema";

interface Analyses {
  belief: AnalysisOfBelief;
  convergence: AnalysisOfConvergence;
  coverage: AnalysisOfRegionCoverage;
  failure_regions: AnalysisOfFailureRegions;
  health: AnalysisOfHealth;
  hypervolume: AnalysisOfHypervolume;
}

/** An analysis of an experiment, without options. */
export const analysisQuery = <Kind extends keyof Analyses>(id: string, kind: Kind) =>
  computedQuery<Analyses[Kind]>(id, ["analyses", kind], { path: `analyses/${kind}`, asked: {}, waits: true });
