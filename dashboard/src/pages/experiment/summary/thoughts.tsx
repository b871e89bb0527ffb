import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { analysisQuery } from "../../../api/analyses";
import type { ExperimentOut } from "../../../api/schema";
import { lastSuggestionQuery } from "../../../api/suggestions";
import { isSearch } from "../../../lib/thresholds";
import { Computing } from "../../../ui/chart/computing";
import { Panel } from "../../../ui/page";
import { Ago } from "../../../ui/time";
import styles from "../summary.module.css";

/** What the optimizer makes of the results, in its own sentences. */
export function Thoughts({ experiment }: { experiment: ExperimentOut }) {
  const experimentId = experiment.id ?? "";
  const convergence = useQuery(analysisQuery(experimentId, "convergence"));
  const belief = useQuery(analysisQuery(experimentId, "belief"));
  const failures = useQuery(analysisQuery(experimentId, "failure_regions"));
  const suggestion = useQuery(lastSuggestionQuery(experimentId));
  const failing = failures.data?.state === "ready" ? failures.data.value.result : null;
  return (
    <Panel title="What the optimizer thinks">
      <Computing query={convergence}>
        {({ result }) => <Thought question="Is it worth going on?">{result.sentence}</Thought>}
      </Computing>
      {belief.data?.state === "ready" && (
        <Thought question="Which is truly the best?">{belief.data.value.result.sentence}</Thought>
      )}
      {isSearch(experiment) && <Covered experimentId={experimentId} />}
      {failing && failing.failed > 0 && (
        <Thought question="Why do evaluations fail?">
          {failing.sentences.length === 0 ? (
            `${failing.failed} of ${failing.total} failed, with no pattern that chance does not explain.`
          ) : (
            <ul className={styles.rules}>
              {failing.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
        </Thought>
      )}
      {suggestion.data && (
        <Thought question="Why the last suggestion?">
          {suggestion.data.optsvc.reason}{" "}
          <span className="dimmed">
            <Link to="/experiments/$experimentId/suggestions" params={{ experimentId }}>
              Suggestion {suggestion.data.id}
            </Link>
            , <Ago time={suggestion.data.created} />
          </span>
        </Thought>
      )}
    </Panel>
  );
}

/** Of a search for all that meets constraints: how far it has got. */
function Covered({ experimentId }: { experimentId: string }) {
  const coverage = useQuery(analysisQuery(experimentId, "coverage"));
  if (coverage.data?.state !== "ready") return null;
  return <Thought question="How much has been covered?">{coverage.data.value.result.sentence}</Thought>;
}

function Thought({ question, children }: { question: string; children: ReactNode }) {
  return (
    <section className={styles.thought}>
      <h3>{question}</h3>
      <div>{children}</div>
    </section>
  );
}
