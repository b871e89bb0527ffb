import { computedQuery } from "./computed";
import type {
  AnalysisOfBelief,
  AnalysisOfConvergence,
  AnalysisOfFailureRegions,
  AnalysisOfHealth,
  AnalysisOfHypervolume,
} from "./schema";

interface Analyses {
  belief: AnalysisOfBelief;
  convergence: AnalysisOfConvergence;
  failure_regions: AnalysisOfFailureRegions;
  health: AnalysisOfHealth;
  hypervolume: AnalysisOfHypervolume;
}

/** An analysis of an experiment, without options. */
export const analysisQuery = <Kind extends keyof Analyses>(id: string, kind: Kind) =>
  computedQuery<Analyses[Kind]>(id, ["analyses", kind], { path: `analyses/${kind}`, asked: {}, waits: true });
